/** Reducers: `sum`, `max`, `min`, and user-defined reducers. */

import { UsageError } from "../support";
import {
  add,
  CommReducer,
  constant,
  isBool,
  IterVar,
  max as maxOf,
  maxValue,
  min as minOf,
  minValue,
  Operand,
  reprExpr,
  Reduce,
  toExpr,
  trueImm,
  Var,
  type DataType,
  type ExprLike,
  type PrimExpr,
} from "../ir";
import { parametersOf } from "./parameter-names";

export interface ReduceOptions {
  /** Elements for which this does not hold are left out. */
  readonly where?: ExprLike;
  /** The initial values instead of the identity: constants or tensor elements. */
  readonly init?: ExprLike | readonly ExprLike[];
}

export interface ReducerOptions {
  /** The name in messages; `reduce` if left out. */
  readonly name?: string;
  /**
   * The names of the two operands in printed text; those of the combining function's parameters if
   * left out.
   */
  readonly operands?: readonly [string, string];
}

/** The result of `commReducer`: a function that reduces over axes, or combines values directly. */
export interface Reducer {
  /** The reduction of `expr` over one axis or several. */
  (expr: ExprLike, axis: IterVar | readonly IterVar[], options?: ReduceOptions): PrimExpr;
  /** The combination of two or more values. */
  (first: ExprLike, second: ExprLike, ...more: readonly ExprLike[]): PrimExpr;
}

/** A reducer of several values at once, such as an index and a value. */
export type TupleReducer = (
  exprs: readonly ExprLike[],
  axis: IterVar | readonly IterVar[],
  options?: ReduceOptions,
) => PrimExpr[];

/**
 * A reducer from two functions: `combine` combines two values, `identity` returns the neutral element
 * of a type. The combination must be associative and commutative.
 */
export function commReducer(
  combine: (x: PrimExpr, y: PrimExpr) => ExprLike,
  identity: (dtype: DataType) => ExprLike,
  options: ReducerOptions | string = {},
): Reducer {
  const info = reducerInfo(options, combine, identity);
  const { name } = info;
  const maker = new ReduceMaker(
    info,
    ([x], [y]) => [combine(x!, y!)],
    ([dtype]) => [identity(dtype!)],
  );
  return (
    source: ExprLike,
    axis: ExprLike | readonly IterVar[],
    ...rest: readonly unknown[]
  ): PrimExpr => {
    if (Array.isArray(source)) {
      throw new UsageError(
        "te-reduction",
        `${name} cannot reduce ${source.length} values together; make such a reducer with ` +
          `te.tupleReducer`,
      );
    }
    if (axis instanceof IterVar || Array.isArray(axis)) {
      return maker.reduce([source], listOf(axis), (rest[0] ?? {}) as ReduceOptions)[0]!;
    }
    const others = [axis, ...rest] as readonly ExprLike[];
    return others.reduce<PrimExpr>(
      (sofar, value) => toExpr(combine(sofar, toExpr(value))),
      toExpr(source),
    );
  };
}

/**
 * The same for several values that are reduced together, such as an index and a value:
 *
 *     const argmax = te.tupleReducer(
 *       ([i, x], [j, y]) => [te.select(x.ge(y), i, j), te.select(x.ge(y), x, y)],
 *       ([t0, t1]) => [te.const(-1, t0), te.minValue(t1)],
 *     );
 *     const [index, value] = te.compute([n], (i) => argmax([A(i, k), B(i, k)], k));
 */
export function tupleReducer(
  combine: (x: readonly PrimExpr[], y: readonly PrimExpr[]) => readonly ExprLike[],
  identity: (dtypes: readonly DataType[]) => readonly ExprLike[],
  options: ReducerOptions | string = {},
): TupleReducer {
  const maker = new ReduceMaker(reducerInfo(options, combine, identity), combine, identity);
  return (exprs, axis, options = {}) => maker.reduce(exprs, listOf(axis), options);
}

interface ReducerInfo {
  readonly name: string;
  readonly operands: readonly [string, string];
}

function reducerInfo(
  options: ReducerOptions | string,
  combine: (...operands: never[]) => unknown,
  identity: unknown,
): ReducerInfo {
  for (const part of [combine, identity]) {
    if (typeof part === "function") continue;
    throw new UsageError(
      "te-reduction",
      `a reducer needs two functions, such as (x, y) => x.add(y) and (dtype) => te.const(0, dtype), ` +
        `not ${String(part)}`,
    );
  }
  const { name = "reduce", operands } = typeof options === "string" ? { name: options } : options;
  const [x = "x", y = "y"] = operands ?? parametersOf(combine).names;
  return { name, operands: [x, y] };
}

function listOf(axis: IterVar | readonly IterVar[]): readonly IterVar[] {
  return axis instanceof IterVar ? [axis] : axis;
}

class ReduceMaker {
  private readonly name: string;

  constructor(
    private readonly info: ReducerInfo,
    private readonly combine: (
      x: readonly PrimExpr[],
      y: readonly PrimExpr[],
    ) => readonly ExprLike[],
    private readonly identity: (dtypes: readonly DataType[]) => readonly ExprLike[],
  ) {
    this.name = info.name;
  }

  reduce(
    sources: readonly ExprLike[],
    axis: readonly IterVar[],
    options: ReduceOptions,
  ): PrimExpr[] {
    this.checkAxes(axis);
    const source = sources.map((value) => toExpr(value));
    const combiner = this.combiner(source.map((value) => value.dtype));
    const condition = this.condition(options.where);
    const init = this.init(options.init, source);
    return source.map((_, i) => new Reduce(combiner, source, init, axis, condition, i));
  }

  private checkAxes(axes: readonly IterVar[]): void {
    if (axes.length === 0)
      throw new UsageError("te-reduction", `${this.name} needs an axis to reduce over`);
    axes.forEach((axis, i) => {
      if (!(axis instanceof IterVar) || axis.iterType !== "CommReduce") {
        const what = axis instanceof Operand ? reprExpr(axis.asExpr()) : String(axis);
        throw new UsageError(
          "te-reduction",
          `${this.name} cannot reduce over ${what}; pass an axis made by te.reduceAxis`,
        );
      }
      if (axes.indexOf(axis) === i) return;
      throw new UsageError(
        "te-reduction",
        `axis ${axis.name} is passed to ${this.name} twice; pass it once`,
        {
          notes: [{ text: `axis ${axis.name} was made here`, span: axis.span }],
        },
      );
    });
  }

  private combiner(dtypes: readonly DataType[]): CommReducer {
    const [lhs, rhs] = this.info.operands.map((name) =>
      dtypes.map((dtype, i) => new Var(dtypes.length > 1 ? `${name}_${i}` : name, dtype)),
    ) as [Var[], Var[]];
    return new CommReducer(
      lhs,
      rhs,
      this.components("combination", this.combine(lhs, rhs), dtypes),
      this.components("identity", this.identity(dtypes), dtypes),
    );
  }

  /**
   * Checks that there is one value of the right type for each source. A number takes the type of its
   * source.
   */
  private components(
    what: string,
    values: readonly ExprLike[],
    dtypes: readonly DataType[],
  ): PrimExpr[] {
    if (values.length !== dtypes.length) {
      throw new UsageError(
        "te-reduction",
        `the ${what} of ${this.name} has ${values.length} values, but there are ${dtypes.length} sources`,
      );
    }
    return values.map((value, i) => {
      const dtype = dtypes[i]!;
      const expr = typeof value === "number" ? constant(value, dtype) : toExpr(value);
      if (expr.dtype === dtype) return expr;
      throw new UsageError(
        "te-reduction",
        `the ${what} of ${this.name} is ${reprExpr(expr)} of type ${expr.dtype} for a source ` +
          `of type ${dtype}`,
      );
    });
  }

  private condition(where: ExprLike | undefined): PrimExpr {
    if (where === undefined) return trueImm();
    const condition = toExpr(where);
    if (isBool(condition.dtype)) return condition;
    throw new UsageError(
      "te-reduction",
      `where of ${this.name} is ${reprExpr(condition)} of type ${condition.dtype}; ` +
        `write a condition, such as i.lt(8)`,
    );
  }

  private init(
    given: ExprLike | readonly ExprLike[] | undefined,
    source: readonly PrimExpr[],
  ): PrimExpr[] {
    if (given === undefined) return [];
    const init = this.components(
      "init",
      Array.isArray(given) ? (given as readonly ExprLike[]) : [given as ExprLike],
      source.map((value) => value.dtype),
    );
    for (const value of init) {
      if (["ProducerLoad", "IntImm", "FloatImm"].includes(value.kind)) continue;
      throw new UsageError(
        "te-reduction",
        `init of ${this.name} is ${reprExpr(value)}; it must be a constant or an element of a tensor`,
      );
    }
    return init;
  }
}

/** The sum over axes, as in `te.sum(A(i, k), k)` and `te.sum(A(i, k), [k0, k1])`, or of values. */
export const sum: Reducer = commReducer(
  (x, y) => add(x, y),
  (dtype) => constant(0, dtype),
  "sum",
);

/** The smallest over axes, as in `te.min(A(i, k), k)` and `te.min(A(i, k), [k0, k1])`, or of values. */
export const min: Reducer = commReducer((x, y) => minOf(x, y), maxValue, "min");

/** The largest over axes, as in `te.max(A(i, k), k)` and `te.max(A(i, k), [k0, k1])`, or of values. */
export const max: Reducer = commReducer((x, y) => maxOf(x, y), minValue, "max");
