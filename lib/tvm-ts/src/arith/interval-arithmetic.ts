/**
 * Operators on sets: the set of `a op b` for `a` and `b` in two sets, possibly with further values.
 */

import {
  abs,
  add,
  div,
  floorDiv,
  floorMod,
  ge,
  isOne,
  isUInt,
  isZero,
  max,
  min,
  mul,
  neg,
  NEG_INF,
  POS_INF,
  Select,
  sub,
  truncMod,
  zero,
  isHandle,
  eq,
  elementOf,
  type BinaryExpr,
  type PrimExpr,
} from "../ir";
import { IntSet } from "./int-set";

/** The proofs interval arithmetic needs, under the facts of the evaluator. */
export interface IntervalProver {
  canProve(condition: PrimExpr): boolean;
  canProveGreaterEqual(expr: PrimExpr, bound: number): boolean;
}

type Combine = (prover: IntervalProver, a: IntSet, b: IntSet) => IntSet;

/** Applies `op` to the elements of sets with one element; `otherwise` handles intervals. */
function combine(op: (a: PrimExpr, b: PrimExpr) => PrimExpr, otherwise: Combine): Combine {
  return (prover, a, b) => {
    if (a.isSinglePoint && b.isSinglePoint) return IntSet.single(op(a.min, b.min));
    if (a.isNothing) return a;
    if (b.isNothing) return b;
    return otherwise(prover, a, b);
  };
}

/** A division by the constant 0 has no value; its set is unbounded. */
function division(op: (a: PrimExpr, b: PrimExpr) => PrimExpr, otherwise: Combine): Combine {
  const divide = combine(op, otherwise);
  return (prover, a, b) => (isZero(b.min) ? IntSet.everything() : divide(prover, a, b));
}

const sum = combine(add, (_, a, b) =>
  IntSet.interval(
    a.hasLowerBound && b.hasLowerBound ? add(a.min, b.min) : NEG_INF,
    a.hasUpperBound && b.hasUpperBound ? add(a.max, b.max) : POS_INF,
  ),
);

const difference = combine(sub, (_, a, b) =>
  IntSet.interval(
    a.hasLowerBound && b.hasUpperBound ? sub(a.min, b.max) : NEG_INF,
    a.hasUpperBound && b.hasLowerBound ? sub(a.max, b.min) : POS_INF,
  ),
);

const product = combine(mul, (prover, a, b) => {
  const [set, point] = a.isSinglePoint ? [b, a] : [a, b];
  if (!point.isSinglePoint) return IntSet.everything();
  if (isZero(point.min)) return point;
  if (isOne(point.min)) return set;
  return scaled(prover, set, point.min, mul);
});

function divided(divide: (a: PrimExpr, b: PrimExpr) => PrimExpr): Combine {
  return division(divide, (prover, a, b) => {
    if (!b.isSinglePoint) return IntSet.everything();
    return isOne(b.min) ? a : scaled(prover, a, b.min, divide);
  });
}

/** `set op by`, where `op` is monotonic: increasing if `by` is positive, else decreasing. */
function scaled(
  prover: IntervalProver,
  set: IntSet,
  by: PrimExpr,
  op: (a: PrimExpr, b: PrimExpr) => PrimExpr,
): IntSet {
  const low = (): PrimExpr => op(set.min, by);
  const high = (): PrimExpr => op(set.max, by);
  if (prover.canProveGreaterEqual(by, 0)) {
    return IntSet.interval(
      set.hasLowerBound ? low() : NEG_INF,
      set.hasUpperBound ? high() : POS_INF,
    );
  }
  if (prover.canProveGreaterEqual(neg(by), 1)) {
    return IntSet.interval(
      set.hasUpperBound ? high() : NEG_INF,
      set.hasLowerBound ? low() : POS_INF,
    );
  }
  if (!set.hasLowerBound || !set.hasUpperBound) return IntSet.everything();
  const increasing = ge(by, zero(elementOf(by.dtype)));
  return IntSet.interval(
    new Select(increasing, low(), high()),
    new Select(increasing, high(), low()),
  );
}

const truncRemainder = division(truncMod, (prover, a, b) => {
  if (!b.isSinglePoint) return IntSet.everything();
  const set = remainderOf(prover, b.min);
  // The remainder has the sign of the dividend.
  if (isUInt(b.min.dtype) || prover.canProveGreaterEqual(a.min, 0)) return set;
  return IntSet.interval(neg(set.max), set.max);
});

const floorRemainder = division(floorMod, (prover, a, b) => {
  if (!b.isSinglePoint) return IntSet.everything();
  const divisor = b.min;
  if (divisor.kind === "IntImm" && divisor.value > 0) {
    const first = a.hasLowerBound ? floorDiv(a.min, divisor) : NEG_INF;
    const last = a.hasUpperBound ? floorDiv(a.max, divisor) : POS_INF;
    // If all dividends have the same quotient, the remainder differs from them by a constant.
    const comparable = isHandle(first.dtype) === isHandle(last.dtype);
    if (comparable && prover.canProve(eq(last, first))) {
      const start = mul(divisor, first);
      return IntSet.interval(sub(a.min, start), sub(a.max, start));
    }
  }
  return remainderOf(prover, divisor);
});

/** All remainders of a division by `divisor`. */
function remainderOf(prover: IntervalProver, divisor: PrimExpr): IntSet {
  if (prover.canProveGreaterEqual(divisor, 0)) {
    return IntSet.interval(zero(divisor.dtype), sub(divisor, 1));
  }
  const bound = sub(abs(divisor), 1);
  return IntSet.interval(neg(bound), bound);
}

const larger = combine(max, (_, a, b) => IntSet.interval(max(a.min, b.min), max(a.max, b.max)));

const smaller = combine(min, (_, a, b) => IntSet.interval(min(a.min, b.min), min(a.max, b.max)));

/** The operators, by the kind of node. */
export const arithmetic: Readonly<Record<BinaryExpr["kind"], Combine>> = {
  Add: sum,
  Sub: difference,
  Mul: product,
  Div: divided(div),
  Mod: truncRemainder,
  FloorDiv: divided(floorDiv),
  FloorMod: floorRemainder,
  Min: smaller,
  Max: larger,
};
