/**
 * A module, function or statement for the IR view: the text, facts about its names, and their
 * places in the text.
 */

import {
  Buffer,
  bytesOf,
  IRModule,
  isExpr,
  IterVar,
  PrimFunc,
  printFunc,
  printModule,
  printStmt,
  reprExpr,
  type Allocate,
  type Call,
  type DataType,
  type For,
  type ForKind,
  type PrimExpr,
  type PrintedText,
  type Stmt,
  type Var,
} from "../ir";
import type { Place, Span } from "../support";
import { argumentNames, type NamedArgument } from "./call-arguments";
import { loopOrigins, type LoopOrigin } from "./loop-origin";

/** A variable: a parameter, a loop's counter, a let's name or the pointer of a buffer. */
export interface VariableFact {
  readonly kind: "variable";
  readonly name: string;
  readonly dtype: string;
  /** The element type of a pointer, and the scope of its memory. */
  readonly element?: string;
  readonly scope?: string;
  /** The value from a `let`, as text. */
  readonly value?: string;
  /** Where the user's program created it. */
  readonly madeAt?: Place;
}

export interface BufferFact {
  readonly kind: "buffer";
  readonly name: string;
  readonly dtype: string;
  /** Extents as text; a symbolic one is an expression. */
  readonly shape: readonly string[];
  /** In elements; empty when compact. */
  readonly strides: readonly string[];
  readonly scope: string;
  /** Undefined when an extent is symbolic. */
  readonly bytes?: number;
  readonly madeAt?: Place;
}

export interface CallFact {
  readonly kind: "call";
  /** `tir.exp`, `tir.call_extern`, ... */
  readonly op: string;
  readonly dtype: string;
  /** The external function. */
  readonly callee?: string;
  readonly arguments: number;
  /** The arguments, if the function's argument names are registered. */
  readonly named?: readonly NamedArgument[];
}

export interface LoopFact {
  readonly kind: "loop";
  /** The index of the fact of the loop's variable. */
  readonly variable: number;
  readonly min: string;
  readonly extent: string;
  readonly forKind: ForKind;
  readonly threadTag?: string;
  /** How the schedule derived the loop from declared axes; empty for a declared axis. */
  readonly origins: readonly LoopOrigin[];
}

export interface AllocationFact {
  readonly kind: "allocation";
  /** The index of the fact of the pointer. */
  readonly variable: number;
  readonly dtype: string;
  readonly extents: readonly string[];
  readonly scope: string;
  readonly bytes?: number;
}

export type IrFact = VariableFact | BufferFact | CallFact | LoopFact | AllocationFact;

export interface IrView {
  readonly version: 1;
  readonly text: string;
  readonly facts: readonly IrFact[];
  /**
   * Three numbers for each place, sorted by start: start, end and index of its fact. A variable,
   * buffer or call is at its name; a loop or allocation is at its keyword.
   */
  readonly places: readonly number[];
}

/** The view of an object that prints as IR. */
export function irView(ir: IRModule | PrimFunc | Stmt): IrView {
  const printed =
    ir instanceof IRModule
      ? printModule(ir)
      : ir instanceof PrimFunc
        ? printFunc(ir)
        : printStmt(ir);
  return new IrViewMaker(printed).make();
}

const NAME = /@?[A-Za-z_\u0080-\uffff][\w.\u0080-\uffff]*/y;

class IrViewMaker {
  private readonly facts: IrFact[] = [];
  private readonly factOf = new Map<unknown, number>();
  private readonly places: number[] = [];
  /** The values of lets that are not visited yet. */
  private readonly letValues = new Map<PrimExpr, Var>();

  constructor(private readonly printed: PrintedText) {}

  make(): IrView {
    const { text, ranges } = this.printed;
    for (const { start, end, node } of ranges) {
      if (node instanceof Buffer) this.addName(start, this.buffer(node));
      else if (!(node instanceof IterVar)) {
        if (isExpr(node) && this.letValues.has(node)) this.noteLetValue(node, start, end);
        switch (node.kind) {
          case "Var":
            this.addName(start, this.variable(node));
            break;
          case "Call":
            this.addName(start, this.call(node));
            break;
          case "For":
            this.addPlace(start, start + "for".length, this.loop(node));
            break;
          case "Allocate":
            this.addPlace(start, start + "allocate".length, this.allocation(node));
            break;
          case "LetStmt":
            this.letValues.set(node.value, node.var_);
            break;
          default:
            break;
        }
      }
    }
    return { version: 1, text, facts: this.facts, places: this.places };
  }

  private addName(start: number, fact: number): void {
    NAME.lastIndex = start;
    const name = NAME.exec(this.printed.text);
    if (name !== null) this.addPlace(start, NAME.lastIndex, fact);
  }

  private addPlace(start: number, end: number, fact: number): void {
    this.places.push(start, end, fact);
  }

  /** The index of the fact about `of`, created on first use. */
  private fact(shown: unknown, make: () => IrFact): number {
    let index = this.factOf.get(shown);
    if (index === undefined) {
      const fact = make(); // This may add the fact of another node.
      index = this.facts.push(fact) - 1;
      this.factOf.set(shown, index);
    }
    return index;
  }

  private variable(variable: Var): number {
    return this.fact(variable, () => ({
      kind: "variable",
      name: variable.name,
      dtype: variable.dtype,
      ...(variable.pointer && {
        element: variable.pointer.element,
        scope: variable.pointer.scope === "" ? "global" : variable.pointer.scope,
      }),
      ...madeAt(variable.span),
    }));
  }

  private noteLetValue(value: PrimExpr, start: number, end: number): void {
    const index = this.variable(this.letValues.get(value)!);
    const fact = this.facts[index] as VariableFact;
    this.facts[index] = { ...fact, value: this.printed.text.slice(start, end) };
    this.letValues.delete(value);
  }

  private buffer(buffer: Buffer): number {
    return this.fact(buffer, () => ({
      kind: "buffer",
      name: buffer.name,
      dtype: buffer.dtype,
      shape: buffer.shape.map(reprExpr),
      strides: buffer.strides.map(reprExpr),
      scope: buffer.scope,
      ...sizeInBytes(buffer.shape, buffer.dtype),
      ...madeAt(buffer.span),
    }));
  }

  /** Calls with equal facts share one. */
  private call(call: Call): number {
    const first = call.args[0];
    const callee = first?.kind === "StringImm" ? first.value : undefined;
    const named = namedArguments(call, callee);
    const values = named?.map(({ value }) => value).join() ?? "";
    const key = `${call.op.name} ${callee ?? ""} ${call.dtype} ${call.args.length} ${values}`;
    return this.fact(key, () => ({
      kind: "call",
      op: call.op.name,
      dtype: call.dtype,
      ...(callee !== undefined && { callee }),
      arguments: call.args.length,
      ...(named !== undefined && { named }),
    }));
  }

  private loop(loop: For): number {
    return this.fact(loop, () => ({
      kind: "loop",
      variable: this.variable(loop.loopVar),
      min: reprExpr(loop.min),
      extent: reprExpr(loop.extent),
      forKind: loop.forKind,
      ...(loop.threadBinding && { threadTag: loop.threadBinding.threadTag }),
      origins: loopOrigins(loop.loopVar),
    }));
  }

  private allocation(allocation: Allocate): number {
    const scope = allocation.bufferVar.pointer?.scope ?? "";
    return this.fact(allocation, () => ({
      kind: "allocation",
      variable: this.variable(allocation.bufferVar),
      dtype: allocation.dtype,
      extents: allocation.extents.map(reprExpr),
      scope: scope === "" ? "global" : scope,
      ...sizeInBytes(allocation.extents, allocation.dtype),
    }));
  }
}

/** Longer values are truncated; the call's text has them in full. */
const LONGEST_VALUE = 60;

function namedArguments(call: Call, callee: string | undefined): NamedArgument[] | undefined {
  const names = argumentNames(callee ?? call.op.name);
  if (names === undefined) return undefined;
  const args = callee === undefined ? call.args : call.args.slice(1);
  return args.map((arg, i) => {
    const value = reprExpr(arg);
    const isLong = value.length > LONGEST_VALUE;
    return {
      name: names[i] ?? String(i),
      value: isLong ? `${value.slice(0, LONGEST_VALUE)}…` : value,
    };
  });
}

function madeAt(span: Span | undefined): { madeAt?: Place } {
  const place = span?.place;
  return place === undefined ? {} : { madeAt: place };
}

function sizeInBytes(shape: readonly PrimExpr[], dtype: DataType): { bytes?: number } {
  let bytes = bytesOf(dtype);
  for (const extent of shape) {
    if (extent.kind !== "IntImm") return {};
    bytes *= extent.value;
  }
  return { bytes };
}
