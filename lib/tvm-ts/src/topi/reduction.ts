/** Operators that reduce dimensions. */

import { UsageError } from "../support";
import {
  add,
  and,
  eq,
  FloatImm,
  gt,
  IntImm,
  isFloat,
  lt,
  max as maxOf,
  maxValue,
  min as minOf,
  minValue,
  mul,
  or,
  select,
  toExpr,
  type DataType,
  type IterVar,
  type PrimExpr,
  type Var,
} from "../ir";
import * as te from "../te";
import type { Tensor } from "../te";
import { define, dimension } from "./define";
import { tag } from "./tags";

/** The dimensions to reduce, counted from the end if negative; all if left out. */
export type AxisLike = number | readonly number[] | undefined;

type ReduceOp = (x: Tensor, axis?: AxisLike, keepdims?: boolean) => Tensor;

/** The reduced dimensions, their axes, and the shape of the result. */
class Reduction {
  readonly dims: readonly number[];
  readonly axes: readonly IterVar[];
  readonly shape: readonly PrimExpr[];

  constructor(
    operator: string,
    private readonly x: Tensor,
    axis: AxisLike,
    private readonly keepdims: boolean,
  ) {
    if (x.ndim === 0)
      throw new UsageError("topi-shapes", `${operator}: ${x.name} has no dimensions to reduce`);
    const given = axis === undefined ? x.shape.map((_, i) => i) : [axis].flat();
    const positions = given.map((dim) => dimension(operator, x, dim));
    this.dims = [...new Set(positions)].sort((a, b) => a - b);
    this.axes = this.dims.map((dim) => te.reduceAxis([0, x.shape[dim]!], `k${dim}`));
    this.shape = x.shape.flatMap((extent, dim) => {
      if (!this.dims.includes(dim)) return [extent];
      return keepdims ? [new IntImm(1)] : [];
    });
  }

  /** The element of the tensor that is reduced into the result's element at `axes`. */
  element(axes: readonly Var[]): PrimExpr {
    let next = 0;
    const indices = this.x.shape.map((_, dim) => {
      const reduced = this.dims.indexOf(dim);
      if (reduced >= 0) {
        if (this.keepdims) next++;
        return this.axes[reduced]!;
      }
      return axes[next++]!;
    });
    return this.x(...indices);
  }

  /** The flat index of the element among the reduced ones. */
  position(): PrimExpr {
    return this.axes.reduce<PrimExpr>(
      (sofar, axis, i) =>
        i === 0 ? axis.var_ : add(mul(sofar, this.x.shape[this.dims[i]!]!), axis.var_),
      toExpr(0),
    );
  }
}

/** The lower limit of a type: -infinity for floats. */
function lowest(dtype: DataType): PrimExpr {
  return isFloat(dtype) ? new FloatImm(-Infinity, dtype) : minValue(dtype);
}

/** The upper limit of a type. */
function highest(dtype: DataType): PrimExpr {
  return isFloat(dtype) ? new FloatImm(Infinity, dtype) : maxValue(dtype);
}

function reduceOp(operator: string, reducer: te.Reducer): ReduceOp {
  return (x, axis, keepdims = false) => {
    const reduction = new Reduction(operator, x, axis, keepdims);
    const info = { name: `${x.op.name}_red`, tag: tag.COMM_REDUCE };
    return define(reduction.shape, (i) => reducer(reduction.element(i), reduction.axes), info);
  };
}

export const sum = reduceOp("sum", te.sum);
/**
 * The largest element. If all are -infinity the result is -infinity, while `te.max` gives the
 * lowest finite number.
 */
export const max = reduceOp(
  "max",
  te.commReducer((x, y) => maxOf(x, y), lowest, "max"),
);
/** The smallest element. If all are infinity the result is infinity. */
export const min = reduceOp(
  "min",
  te.commReducer((x, y) => minOf(x, y), highest, "min"),
);
export const prod = reduceOp(
  "prod",
  te.commReducer(
    (x, y) => mul(x, y),
    () => 1,
    "prod",
  ),
);
/** Whether all conditions hold. */
export const all = reduceOp(
  "all",
  te.commReducer(
    (x, y) => and(x, y),
    () => true,
    "all",
  ),
);
/** Whether at least one condition holds. */
export const any = reduceOp(
  "any",
  te.commReducer(
    (x, y) => or(x, y),
    () => false,
    "any",
  ),
);

type Better = (a: PrimExpr, b: PrimExpr) => PrimExpr;

/**
 * Reduces pairs of index and value: the better value, and for equal values the first (or last)
 * index.
 */
function indexReducer(
  name: string,
  better: Better,
  worst: (dtype: DataType) => PrimExpr,
  last: boolean,
): te.TupleReducer {
  const earlier: Better = last ? gt : lt;
  return te.tupleReducer(
    (lhs, rhs) => {
      const [i, x] = lhs as readonly [PrimExpr, PrimExpr];
      const [j, y] = rhs as readonly [PrimExpr, PrimExpr];
      const wins = better(x, y);
      const first = or(wins, and(eq(x, y), earlier(i, j)));
      return [select(first, i, j), select(wins, x, y)];
    },
    // The initial index is replaced by every other, so that a row of the worst values gets an index
    // of the row.
    ([index, value]) => [last ? minValue(index!) : maxValue(index!), worst(value!)],
    { name, operands: [`${name}_lhs`, `${name}_rhs`] },
  );
}

function indexOp(
  operator: string,
  better: Better,
  worst: (dtype: DataType) => PrimExpr,
): (x: Tensor, axis?: AxisLike, keepdims?: boolean, selectLastIndex?: boolean) => Tensor {
  return (x, axis, keepdims = false, selectLastIndex = false) => {
    const reduction = new Reduction(operator, x, axis, keepdims);
    const reducer = indexReducer(operator, better, worst, selectLastIndex);
    const pairs = te.compute(
      reduction.shape,
      (...i) => reducer([reduction.position(), reduction.element(i)], reduction.axes),
      {
        name: `${x.op.name}_red_temp`,
        tag: tag.COMM_REDUCE_IDX,
        varargsNames: reduction.shape.map((_, i) => `ax${i}`),
      },
    );
    const info = { name: `${x.op.name}_red`, tag: tag.COMM_REDUCE_IDX };
    return define(reduction.shape, (i) => pairs[0]!(...i), info);
  };
}

/** The index of the largest element; the flat index for several dimensions. */
export const argmax = indexOp("argmax", gt, lowest);
/** The index of the smallest element. */
export const argmin = indexOp("argmin", lt, highest);
