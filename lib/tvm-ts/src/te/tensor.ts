/**
 * Tensors: the results of operations.
 *
 * A tensor is called to read an element, `A(i, j)`, and has methods for arithmetic on all of its
 * elements, `A.add(B)`.
 */

import { CONDITION, plural, UsageError } from "../support";
import {
  checkTrueDiv,
  constIntValue,
  isInteger,
  noNumber,
  reprExpr,
  ProducerLoad,
  Range,
  reprList,
  sub,
  toExpr,
  type DataProducer,
  type DataType,
  type ExprLike,
  type PrimExpr,
} from "../ir";
import type { Operation } from "./operation";

/** The other operand of elementwise arithmetic with a tensor. */
export type TensorLike = Tensor | ExprLike;

/** The elementwise operations of tensors, implemented in `broadcast-op.ts`. */
export interface TensorOperators {
  add(a: TensorLike, b: TensorLike): Tensor;
  subtract(a: TensorLike, b: TensorLike): Tensor;
  multiply(a: TensorLike, b: TensorLike): Tensor;
  divide(a: TensorLike, b: TensorLike): Tensor;
  cast(a: Tensor, dtype: string): Tensor;
}

let operators: TensorOperators;

const TENSOR_CONDITION =
  "elements are chosen by te.compute(shape, (...i) => te.ifThenElse(condition, a, b))";

/** Called once by the module that implements the operators, which imports the class below. */
export function bindTensorOperators(implementation: TensorOperators): void {
  operators = implementation;
}

// A class whose instances can be called is only typed by merging it with a call signature.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface Tensor {
  /**
   * The element at these indices, one index for each dimension.
   * @throws UsageError when their number differs from the number of dimensions, or an index is not an
   * integer or is a constant outside the tensor.
   */
  (...indices: readonly ExprLike[]): PrimExpr;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above
export class Tensor implements DataProducer {
  declare readonly op: Operation;
  /** Which of the operation's outputs this is. */
  declare readonly valueIndex: number;
  declare readonly shape: readonly PrimExpr[];
  declare readonly dtype: DataType;
  declare readonly name: string;

  /** Made by its operation; see `placeholder`, `compute`, `scan` and `extern`. */
  constructor(
    op: Operation,
    valueIndex: number,
    shape: readonly PrimExpr[],
    dtype: DataType,
    name: string,
  ) {
    const read = ((...indices: readonly ExprLike[]) => load(read, indices)) as Tensor;
    Object.setPrototypeOf(read, new.target.prototype as object);
    Object.defineProperty(read, "name", { value: name });
    Reflect.deleteProperty(read, "length");
    return Object.assign(read, { op, valueIndex, shape, dtype });
  }

  /**
   * The dimensions as numbers: `A.constShape[0] * 2` is a number.
   * @throws UsageError when a dimension is not constant.
   */
  get constShape(): readonly number[] {
    return this.shape.map((extent) => extent.constInt());
  }

  /** Hides the `length` of functions: tensors have none. @throws UsageError */
  get length(): never {
    throw new UsageError(
      "te-tensor-length",
      `a tensor has no length; use .shape or .ndim of ${this.name}`,
    );
  }

  /** The number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * A part of the tensor, for a call of a tensor intrinsic: an index or `[begin, end]` for each
   * dimension.
   */
  region(...indices: readonly (ExprLike | readonly [ExprLike, ExprLike])[]): TensorSlice {
    checkRank(this, indices.length);
    return new TensorSlice(
      this,
      indices.map((index) => {
        if (!Array.isArray(index)) return new Range(toExpr(index as ExprLike), toExpr(1));
        const [begin, end] = index as readonly [ExprLike, ExprLike];
        return new Range(toExpr(begin), sub(end, begin));
      }),
    );
  }

  /**
   * Elementwise. Dimensions of extent 1 and scalars are broadcast.
   * @operator +
   */
  add(other: TensorLike): Tensor {
    return operators.add(this, other);
  }
  /** @operator - */
  sub(other: TensorLike): Tensor {
    return operators.subtract(this, other);
  }
  /** @operator * */
  mul(other: TensorLike): Tensor {
    return operators.multiply(this, other);
  }
  /** Rounds toward zero for integers. */
  div(other: TensorLike): Tensor {
    return operators.divide(this, other);
  }
  /**
   * Exact division; at least one operand must be a float.
   * @operator /
   * @throws UsageError for two signed integers: `div` rounds.
   */
  trueDiv(other: TensorLike): Tensor {
    return trueDivide(this, other);
  }
  /** @operator -x */
  neg(): Tensor {
    return operators.multiply(this, toExpr(-1).astype(this.dtype));
  }
  /**
   * The method with its operands in reverse order: `A.reversed("sub", 1)` is `1 - A`.
   * @operator reversed
   */
  reversed(method: "add" | "sub" | "mul" | "trueDiv", left: ExprLike): Tensor {
    switch (method) {
      case "add":
        return operators.add(left, this);
      case "sub":
        return operators.subtract(left, this);
      case "mul":
        return operators.multiply(left, this);
      case "trueDiv":
        return trueDivide(left, this);
    }
  }
  /**
   * What to write instead of a tensor as a condition.
   * @operator condition
   */
  get [CONDITION](): typeof TENSOR_CONDITION {
    return TENSOR_CONDITION;
  }
  /** Every element converted to another type. */
  astype(dtype: string): Tensor {
    return operators.cast(this, dtype);
  }

  /** `Tensor(shape=[2, 3], op.name=A)`, as the reference writes it. */
  toString(): string {
    return `Tensor(shape=${reprList(this.shape)}, op.name=${this.op.name})`;
  }

  /**
   * The text of the tensor, where JavaScript converts it to a string.
   * @throws UsageError where JavaScript converts it to a number, as for `-A` outside of a notebook
   * cell.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "number") throw noNumber(this);
    return this.toString();
  }

  /** The text in Node's console, which would otherwise show a function. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A part of a tensor, defined by a range for each dimension. */
export class TensorSlice {
  constructor(
    readonly tensor: Tensor,
    readonly region: readonly Range[],
  ) {}
}

function trueDivide(a: TensorLike, b: TensorLike): Tensor {
  const [left, right] = [a, b].map((each) => (isTensor(each) ? each : toExpr(each)).dtype);
  checkTrueDiv(left!, right!);
  return operators.divide(a, b);
}

function load(tensor: Tensor, indices: readonly ExprLike[]): PrimExpr {
  checkRank(tensor, indices.length);
  return new ProducerLoad(
    tensor,
    indices.map((index, dim) => checkedIndex(tensor, dim, index)),
  );
}

function checkRank(tensor: Tensor, count: number): void {
  if (count === tensor.ndim) return;
  throw new UsageError(
    "te-index",
    `tensor ${tensor.name} has ${plural(tensor.ndim, "dimension")} but is read with ` +
      `${plural(count, "index", "indices")}; pass one index for each dimension`,
    { notes: [{ text: `${tensor.name} was made here`, span: tensor.op.span }] },
  );
}

function checkedIndex(tensor: Tensor, dim: number, given: ExprLike): PrimExpr {
  const index = toExpr(given);
  if (!isInteger(index.dtype)) {
    throw new UsageError(
      "te-index",
      `index ${dim} of tensor ${tensor.name} is ${reprExpr(index)} of type ${index.dtype}; ` +
        `an index must be an integer`,
    );
  }
  const value = constIntValue(index);
  const extent = constIntValue(tensor.shape[dim]!);
  if (value !== undefined && extent !== undefined && (value < 0 || value >= extent)) {
    throw new UsageError(
      "te-read-outside",
      `index ${dim} of tensor ${tensor.name} is ${value}, but the dimension has ${extent} elements; ` +
        `use an index from 0 to ${extent - 1}`,
      { notes: [{ text: `${tensor.name} was made here`, span: tensor.op.span }] },
    );
  }
  return index;
}

/** Whether a value of unknown origin is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}
