/**
 * The signature of a function: its parameters as records, and the variables in their shapes.
 *
 *     A: Buffer [n, 4] float32, B: Buffer [n*4] float32
 *     ->  params  A {shape: ["n", 4]}, B {shape: [["mul", "n", 4]]}
 *         symbols n = A.shape[0]
 */

import {
  isHandle,
  lanesOf,
  printExpr,
  type Buffer,
  type PrimExpr,
  type PrimFunc,
  type Var,
} from "../ir";
import type { ParamRecord, SizeOperator, SizeRecord, SymbolRecord } from "../artifact";
import { UsageError } from "../support";

export interface Signature {
  readonly params: readonly ParamRecord[];
  /** In the order in which a call passes them, after the parameters. */
  readonly symbols: readonly { readonly variable: Var; readonly record: SymbolRecord }[];
}

/**
 * The signature of a lowered function.
 * @throws UsageError when a dimension cannot be derived from the arguments.
 */
export function signatureOf(func: PrimFunc): Signature {
  return new SignatureBuilder(func).build();
}

/** The buffer that the caller passes for a parameter: before flattening, if that is known. */
export function callerBuffer(func: PrimFunc, param: Var): Buffer | undefined {
  return func.preflattenedBufferMap.get(param) ?? func.bufferMap.get(param);
}

class SignatureBuilder {
  private readonly names = new Map<Var, string>();
  private readonly symbols: { variable: Var; record: SymbolRecord }[] = [];

  constructor(private readonly func: PrimFunc) {}

  build(): Signature {
    const { params } = this.func;
    params.forEach((param) => {
      if (!isHandle(param.dtype)) this.name(param);
    });
    params.forEach((param, index) => this.bindSizes(param, index));
    return { params: params.map((param) => this.param(param)), symbols: this.symbols };
  }

  /** A variable gets its value from a dimension that consists of this variable only. */
  private bindSizes(param: Var, index: number): void {
    const buffer = callerBuffer(this.func, param);
    if (buffer === undefined) return;
    const bind = (size: PrimExpr, field: SymbolRecord["field"], axis: number): void => {
      if (size.kind === "Var" && !this.names.has(size)) this.bind(size, index, field, axis);
    };
    buffer.shape.forEach((size, axis) => bind(size, "shape", axis));
    buffer.strides.forEach((size, axis) => bind(size, "strides", axis));
    bind(buffer.elemOffset, "elemOffset", 0);
  }

  private bind(variable: Var, param: number, field: SymbolRecord["field"], axis: number): void {
    const record = { name: this.name(variable), dtype: variable.dtype, param, field, axis };
    this.symbols.push({ variable, record });
  }

  private name(variable: Var): string {
    const taken = new Set(this.names.values());
    let name = variable.name;
    for (let i = 1; taken.has(name); i++) name = `${variable.name}_${i}`;
    this.names.set(variable, name);
    return name;
  }

  private param(param: Var): ParamRecord {
    const buffer = callerBuffer(this.func, param);
    if (buffer === undefined) {
      return { kind: "scalar", name: this.names.get(param) ?? param.name, dtype: param.dtype };
    }
    if (lanesOf(buffer.dtype) !== 1) {
      throw new UsageError(
        "build-type",
        `argument ${buffer.name} has elements of type ${buffer.dtype}; arrays have scalar elements; ` +
          `use one more dimension instead`,
      );
    }
    const sizes = (list: readonly PrimExpr[]): SizeRecord[] =>
      list.map((size) => this.size(size, buffer));
    return {
      kind: "buffer",
      name: buffer.name,
      dtype: buffer.dtype,
      shape: sizes(buffer.shape),
      strides: buffer.strides.length === 0 ? null : sizes(buffer.strides),
      elemOffset: this.size(buffer.elemOffset, buffer),
      offsetFactor: buffer.offsetFactor,
      ...(buffer.autoBroadcast ? { autoBroadcast: true } : {}),
    };
  }

  private size(size: PrimExpr, buffer: Buffer): SizeRecord {
    switch (size.kind) {
      case "IntImm":
        return size.value;
      case "Var": {
        const name = this.names.get(size);
        if (name !== undefined) return name;
        throw new UsageError(
          "build-size",
          `${size.name}, in the shape of ${buffer.name}, cannot be derived from the arguments: pass ` +
            `${size.name} as an argument, or use it alone as a dimension of an argument`,
        );
      }
      case "Cast":
        return this.size(size.value, buffer);
      case "Add":
      case "Sub":
      case "Mul":
      case "FloorDiv":
      case "FloorMod":
      case "Div":
      case "Mod":
      case "Min":
      case "Max":
        return [OPERATORS[size.kind], this.size(size.a, buffer), this.size(size.b, buffer)];
      default:
        throw new UsageError(
          "build-size",
          `${printExpr(size)} cannot be a dimension of ${buffer.name}: use numbers, variables, ` +
            `+ - * / % min and max`,
        );
    }
  }
}

const OPERATORS = {
  Add: "add",
  Sub: "sub",
  Mul: "mul",
  FloorDiv: "floordiv",
  FloorMod: "floormod",
  Div: "truncdiv",
  Mod: "truncmod",
  Min: "min",
  Max: "max",
} as const satisfies Record<string, SizeOperator>;
