/**
 * The state of one WebAssembly function during code generation: its locals, the variables in scope,
 * its scratch memory, and the places for loop-invariant computations.
 */

import { ExprMap, type DataType, type PrimExpr, type Var } from "../../ir";
import { InternalError, UsageError } from "../../support";
import { nameLocal, type Ref, type WasmType } from "./binaryen";
import type { ModuleContext } from "./module-context";

/** Where a variable's value is kept in the function. */
export type Binding =
  /** A value in a local; several locals for a vector. */
  | { readonly kind: "local"; readonly locals: readonly number[]; readonly scope: Scope }
  /** The address of scratch memory, `offset` bytes into the frame. */
  | { readonly kind: "frame"; readonly offset: number }
  /** Memory of constant size that is only indexed by constants: a row of locals per element. */
  | {
      readonly kind: "registers";
      readonly dtype: DataType;
      readonly elements: readonly (readonly number[])[];
    };

/** A region in which variables are defined: the function, a loop's body, a `let`'s body. */
export class Scope {
  /** Statements for the start of the region, each time it is entered. */
  readonly prelude: Ref[] = [];
  /** Statements for before the loop, once. */
  readonly before: Ref[] = [];
  /** Statements for the end of each iteration. */
  readonly latch: Ref[] = [];
  /** Addresses that are computed in the prelude or incremented with the loop, by their terms. */
  readonly pointers = new Map<string, number>();
  /** Index expressions computed in the prelude. */
  readonly atoms = new ExprMap<number>();
  readonly depth: number;

  constructor(
    readonly parent: Scope | undefined,
    /** The loop's variable and first value, when the region is a loop's body. */
    readonly loop?: { readonly variable: Var; readonly min: PrimExpr },
  ) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }
}

/** The local that holds the address of the function's scratch memory; 0 in every function. */
export const FRAME_LOCAL = 0;
const FRAME_ALIGNMENT = 64;

export class FunctionContext {
  readonly root = new Scope(undefined);
  scope = this.root;
  /** Whether the function calls functions that exist only on the main thread. */
  usesMainThread = false;
  /** The type of the return value, once a `ret` was emitted. */
  result: DataType | undefined;
  /** Pure values of `let`s, which are inlined into addresses. */
  readonly lets = new Map<Var, PrimExpr>();
  private readonly types: WasmType[];
  private readonly bindings = new Map<Var, Binding>();
  /** The names of locals in the module's text. */
  private readonly names = new Map<number, string>([[FRAME_LOCAL, "frame"]]);
  private frameTop = 0;
  private framePeak = 0;

  constructor(
    readonly module: ModuleContext,
    readonly paramTypes: readonly WasmType[],
    /** Whether the function is the body of a parallel loop; such loops are not nested. */
    readonly inParallel = false,
  ) {
    this.types = [...paramTypes];
  }

  /** Types of the locals that are not parameters. */
  get localTypes(): readonly WasmType[] {
    return this.types.slice(this.paramTypes.length);
  }

  /** Bytes of scratch memory the function needs. */
  get frameBytes(): number {
    return this.framePeak;
  }

  newLocal(type: WasmType): number {
    return this.types.push(type) - 1;
  }

  get(local: number): Ref {
    return this.module.m.local.get(local, this.types[local]!);
  }

  set(local: number, value: Ref): Ref {
    return this.module.m.local.set(local, value);
  }

  bind(variable: Var, binding: Binding): void {
    this.bindings.set(variable, binding);
    const [local] = binding.kind === "local" ? binding.locals : [];
    if (local !== undefined) this.names.set(local, variable.name);
  }

  /** Adds the function to the module; locals are named after the program's variables. */
  addTo(name: string, result: WasmType, body: Ref): void {
    const { m, b } = this.module;
    const params = b.createType([...this.paramTypes]);
    const func = m.addFunction(name, params, result, [...this.localTypes], body);
    m.addFunctionExport(name, name);
    const taken = new Set<string>();
    for (const [local, hint] of this.names) {
      let unique = hint;
      for (let i = 1; taken.has(unique); i++) unique = `${hint}_${i}`;
      taken.add(unique);
      nameLocal(b, func, local, unique);
    }
  }

  binding(variable: Var): Binding {
    const found = this.bindings.get(variable);
    if (found !== undefined) return found;
    throw new UsageError(
      "tir-undefined-variable",
      `variable ${variable.name} has no value in the function: it is neither an argument, nor a ` +
        `dimension of one, nor defined before its use; if it is a loop or thread variable, compute ` +
        `the stage that depends on it inside that loop (stage.computeAt)`,
    );
  }

  isBound(variable: Var): boolean {
    return this.bindings.has(variable);
  }

  /** The region that defines a variable. */
  scopeOf(variable: Var): Scope {
    const binding = this.binding(variable);
    return binding.kind === "local" ? binding.scope : this.root;
  }

  /** Runs `body` with scratch memory of `bytes` bytes, which is freed afterwards. */
  withFrame<T>(bytes: number, body: (offset: number) => T): T {
    const offset = this.frameTop;
    this.frameTop += Math.ceil(bytes / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
    if (this.frameTop > 2 ** 32) {
      throw new UsageError(
        "memory-full",
        `the function allocates ${this.frameTop} bytes; the limit is 2^32`,
      );
    }
    this.framePeak = Math.max(this.framePeak, this.frameTop);
    const result = body(offset);
    this.frameTop = offset;
    return result;
  }

  /** Runs `body` in a new region. */
  inScope<T>(scope: Scope, body: () => T): T {
    if (scope.parent !== this.scope) throw new InternalError("regions must nest");
    this.scope = scope;
    const result = body();
    this.scope = scope.parent;
    return result;
  }
}
