/**
 * A plain interpreter of TIR functions: the oracle of what a function computes.
 *
 * It is meant to be right at a glance, not fast: integers wrap around and floats round at each step,
 * loops of all kinds and threads run one iteration after another, and an index outside of a memory
 * is an error.
 */

import {
  add,
  dtypeInfo,
  IntImm,
  mul,
  sub,
  type Buffer,
  type BufferRealize,
  type Op,
  type PrimExpr,
  type PrimFunc,
  type Range,
  type Var,
} from "../../ir";
import { UsageError } from "../../support";
import { ExpressionCompiler, type Extern } from "./expression";
import { InterpreterMemory, Pointer } from "./interpreter-memory";
import { arithmeticOf } from "./scalar";
import { StatementCompiler } from "./statement";

export { Pointer } from "./interpreter-memory";
export type { ScalarValue } from "./scalar";
export type { Extern, InterpreterValue } from "./expression";

/** An argument: a number, or the elements of an array, rows first, with its shape. */
export type InterpreterArgument =
  number | bigint | { readonly data: ArrayBufferView; readonly shape: readonly number[] };

export interface InterpretOptions {
  /** The C functions a program may call. */
  readonly externs?: Readonly<Record<string, Extern>>;
  /** The operators of a target. */
  readonly operators?: ReadonlyMap<Op, Extern>;
  /**
   * What each byte of memory holds before it is written, 0 if left out: two runs that differ here
   * and give different results show that a program reads what it never wrote.
   */
  readonly unwritten?: number;
}

/**
 * Runs a function; arrays among the arguments are read and written in place. Half floats are kept
 * in arrays of 32-bit floats, truth values and integers of less than 8 bits in bytes.
 * @throws UsageError for arguments that do not fit, an index outside of a memory, a division by
 * zero, or an operator or C function that is not provided.
 */
export function interpret(
  func: PrimFunc,
  args: readonly InterpreterArgument[],
  options: InterpretOptions = {},
): void {
  if (args.length !== func.params.length) {
    throw new UsageError(
      "call-type",
      `the function takes ${func.params.length} arguments, not ${args.length}`,
    );
  }
  const realized = new Map<Buffer, readonly Range[]>();
  const isFlat = func.preflattenedBufferMap.size > 0;
  const expressions: ExpressionCompiler = new ExpressionCompiler(
    options.externs ?? {},
    options.operators ?? new Map(),
    (buffer, indices) =>
      expressions.compile(elementIndex(buffer, indices, realized.get(buffer), isFlat)),
  );
  const onRealize = ({ buffer, bounds }: BufferRealize): void => {
    if (![...func.bufferMap.values()].includes(buffer)) realized.set(buffer, bounds);
  };
  const statements = new StatementCompiler(expressions, onRealize, options.unwritten ?? 0);

  func.params.forEach((param, i) => bindArgument(func, param, args[i]!, expressions));
  statements.compile(func.body)();
}

/** The number of an element in its memory. */
function elementIndex(
  buffer: Buffer,
  indices: readonly PrimExpr[],
  realized: readonly Range[] | undefined,
  isFlat: boolean,
): PrimExpr {
  if (indices.length === 1 && buffer.shape.length === 1 && realized === undefined && isFlat) {
    return indices[0]!; // the offset of a flattened buffer is part of its indices
  }
  if (realized !== undefined) {
    return rowMajor(
      indices.map((index, i) => sub(index, realized[i]!.min)),
      realized.map((range) => range.extent),
    );
  }
  if (buffer.strides.length === 0) return add(rowMajor(indices, buffer.shape), buffer.elemOffset);
  return indices.reduce<PrimExpr>(
    (offset, index, i) => add(offset, mul(index, buffer.strides[i]!)),
    buffer.elemOffset,
  );
}

function rowMajor(indices: readonly PrimExpr[], shape: readonly PrimExpr[]): PrimExpr {
  const [first, ...rest] = indices;
  if (first === undefined) return shape[0] ?? ZERO;
  return rest.reduce<PrimExpr>((offset, index, i) => add(mul(offset, shape[i + 1]!), index), first);
}

const ZERO = new IntImm(0);

function bindArgument(
  func: PrimFunc,
  param: Var,
  arg: InterpreterArgument,
  expressions: ExpressionCompiler,
): void {
  const buffer = func.preflattenedBufferMap.get(param) ?? func.bufferMap.get(param);
  if (buffer === undefined) {
    if (typeof arg === "object") {
      throw new UsageError(
        "call-type",
        `argument ${param.name} is a number, but an array was given`,
      );
    }
    expressions.cellOf(param).value = arithmeticOf(param.dtype).convert(arg);
    return;
  }
  if (typeof arg !== "object") {
    throw new UsageError("call-type", `argument ${param.name} is an array, but a number was given`);
  }
  if (arg.shape.length !== buffer.shape.length) {
    throw new UsageError(
      "call-type",
      `argument ${param.name} has ${buffer.shape.length} dimensions, ` +
        `but the array has ${arg.shape.length}`,
    );
  }
  const { element } = dtypeInfo(buffer.dtype);
  const pointer = new Pointer(InterpreterMemory.of(arg.data, buffer.name), element, 0);
  expressions.cellOf(buffer.data).value = pointer;
  expressions.cellOf(func.bufferMap.get(param)!.data).value = pointer;

  const bind = (what: string, declared: PrimExpr, actual: number): void => {
    const cell = declared.kind === "Var" ? expressions.cellOf(declared) : undefined;
    if (cell !== undefined) cell.value ??= arithmeticOf(declared.dtype).convert(actual);
    const value = cell?.value ?? (declared.kind === "IntImm" ? declared.value : actual);
    if (Number(value) !== actual) {
      throw new UsageError(
        "call-type",
        `${what} of argument ${param.name} is ${String(value)}, not ${actual}`,
      );
    }
  };
  buffer.shape.forEach((dim, i) => bind(`dimension ${i}`, dim, arg.shape[i]!));
  buffer.strides.forEach((stride, i) => {
    const inner = arg.shape.slice(i + 1).reduce((size, dim) => size * dim, 1);
    const repeats = buffer.autoBroadcast && arg.shape[i] === 1;
    bind(`stride ${i}`, stride, repeats ? 0 : inner);
  });
  bind("the offset", buffer.elemOffset, 0);
}
