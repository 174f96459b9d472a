/**
 * An interpreter of TIR functions: the oracle for compiled code.
 *
 * It is written for correctness, not speed: integers wrap around and floats round at each
 * step, loops of all kinds and threads run sequentially, and an out-of-bounds index is an error.
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

/** An argument: a number, or the elements of an array in row-major order, with its shape. */
export type InterpreterArgument =
  number | bigint | { readonly data: ArrayBufferView; readonly shape: readonly number[] };

export interface InterpretOptions {
  /** The C functions that a program may call. */
  readonly externs?: Readonly<Record<string, Extern>>;
  /** Target-specific operators. */
  readonly operators?: ReadonlyMap<Op, Extern>;
  /**
   * The initial value of each byte of memory, 0 if left out. If two runs with different values give
   * different results, the program reads memory that it never wrote.
   */
  readonly unwritten?: number;
}

/**
 * Runs a function; array arguments are read and written in place. Half floats are stored in arrays
 * of 32-bit floats, booleans and integers of less than 8 bits in bytes.
 * @throws UsageError for arguments that do not match, an out-of-bounds index, a division by zero,
 * or an operator or C function that is not provided.
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

/** The flat index of an element in its buffer. */
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
      throw new UsageError("call-type", `argument ${param.name} must be a number, not an array`);
    }
    expressions.slotOf(param).value = arithmeticOf(param.dtype).convert(arg);
    return;
  }
  if (typeof arg !== "object") {
    throw new UsageError("call-type", `argument ${param.name} must be an array, not a number`);
  }
  if (arg.shape.length !== buffer.shape.length) {
    throw new UsageError(
      "call-type",
      `argument ${param.name} must have ${buffer.shape.length} dimensions, not ${arg.shape.length}`,
    );
  }
  const { element } = dtypeInfo(buffer.dtype);
  const pointer = new Pointer(InterpreterMemory.of(arg.data, buffer.name), element, 0);
  expressions.slotOf(buffer.data).value = pointer;
  expressions.slotOf(func.bufferMap.get(param)!.data).value = pointer;

  const bind = (what: string, declared: PrimExpr, actual: number): void => {
    const slot = declared.kind === "Var" ? expressions.slotOf(declared) : undefined;
    if (slot !== undefined) slot.value ??= arithmeticOf(declared.dtype).convert(actual);
    const value = slot?.value ?? (declared.kind === "IntImm" ? declared.value : actual);
    if (Number(value) !== actual) {
      throw new UsageError(
        "call-type",
        `${what} of argument ${param.name} must be ${String(value)}, not ${actual}`,
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
