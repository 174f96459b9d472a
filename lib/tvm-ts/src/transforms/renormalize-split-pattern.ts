/**
 * Rewrites divisions and bounds that come from split loops to a form in which they cancel.
 *
 *     floordiv(floormod(x, 32), 8)  =>  floormod(floordiv(x, 8), 4)
 *     floordiv((x*8) + y, 32)       =>  floordiv(x + floordiv(y, 8), 4)
 *     x < 8                         =>  floordiv(x, 8) < 1
 */

import {
  Feature,
  hasFeature,
  add,
  Broadcast,
  builtin,
  floorDiv,
  floorMod,
  IntImm,
  isFloat,
  isZero,
  le,
  lt,
  mul,
  mutator,
  noOp,
  Not,
  someNode,
  update,
  type Add,
  type FloorDiv,
  type Mul,
  type PrimExpr,
  type Recur,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";

export const renormalizeSplitPattern: FunctionPass = {
  name: "tir.RenormalizeSplitPattern",
  doc: "Rewrites divisions and bounds that come from split loops to a form in which they cancel.",
  run(func) {
    if (!hasFeature(func.body, Feature.SplitPattern | Feature.DecidedCondition)) return func;
    return func.with({ body: renormalize(func.body) });
  },
};

/** How often the result of a rule is rewritten again. */
const MAX_DEPTH = 5;

function renormalize(body: Stmt): Stmt {
  let depth = 0;
  const recurBounded = (expr: PrimExpr, recur: Recur): PrimExpr => {
    if (depth >= MAX_DEPTH) return expr;
    depth++;
    const result = recur(expr);
    depth--;
    return result;
  };

  return mutator({
    FloorDiv(node, recur) {
      const a = recur(node.a);
      const b = recur(node.b);
      if (isZero(b)) return update(node, { a, b }); // in a branch that is never taken
      const quotient = floorDiv(a, b);
      const split = quotient.kind === "FloorDiv" ? splitQuotient(quotient) : undefined;
      if (split !== undefined) return recurBounded(split, recur);
      return a === node.a && b === node.b && quotient.kind === "FloorDiv" ? node : quotient;
    },
    LT(node, recur) {
      const a = recur(node.a);
      const b = recur(node.b);
      if (b.kind === "IntImm" && b.value > 0) {
        return recurBounded(lt(floorDiv(a, b), new IntImm(1, b.dtype)), recur);
      }
      return update(node, { a, b });
    },
    // The other orders are expressed with `<`.
    GT: (node, recur) => recur(lt(node.b, node.a)),
    LE(node, recur) {
      if (isFloat(node.a.dtype)) return undefined; // with a NaN, neither a <= b nor b < a
      const result = recur(new Not(lt(node.b, node.a)));
      return result.kind === "LE" ? update(node, { a: result.a, b: result.b }) : result;
    },
    GE(node, recur) {
      if (isFloat(node.a.dtype)) return le(recur(node.b), recur(node.a));
      return recur(new Not(lt(node.a, node.b)));
    },
    Not(node, recur) {
      const not = recur.children(node);
      const { a } = not;
      if (a.kind === "Not") return a.a;
      if ("a" in a && isFloat(a.a.dtype)) return not;
      if (a.kind === "LE") return lt(a.b, a.a);
      if (a.kind === "GE") return lt(a.a, a.b);
      if (a.kind === "LT") return le(a.b, a.a);
      if (a.kind === "GT") return le(a.a, a.b);
      return not;
    },
    // Conditions that become constant are decided.
    Select(node, recur) {
      const { condition, trueValue, falseValue } = recur.children(node);
      if (condition.kind === "IntImm") return condition.value !== 0 ? trueValue : falseValue;
      return update(node, { condition, trueValue, falseValue });
    },
    Call(node, recur) {
      if (node.op !== builtin.ifThenElse) return undefined;
      const call = recur.children(node);
      const [condition, trueValue, falseValue] = call.args;
      if (condition!.kind !== "IntImm") return call;
      return condition.value !== 0 ? trueValue : falseValue;
    },
    IfThenElse(node, recur) {
      const branch = recur.children(node);
      const condition = withoutLikely(branch.condition);
      if (condition.kind !== "IntImm") return branch;
      return condition.value !== 0 ? branch.thenCase : (branch.elseCase ?? noOp());
    },
  })(body);
}

/** A constant, or a vector with the same constant in each lane. */
interface Divisor {
  readonly value: number;
  readonly lanes: number;
  /** Another constant of the same type. */
  like(value: number): PrimExpr;
}

function divisor(expr: PrimExpr): Divisor | undefined {
  const scalar = expr.kind === "Broadcast" ? expr.value : expr;
  if (scalar.kind !== "IntImm") return undefined;
  const { value, dtype } = scalar;
  if (expr.kind !== "Broadcast") return { value, lanes: 1, like: (v) => new IntImm(v, dtype) };
  const { lanes } = expr;
  return { value, lanes, like: (v) => new Broadcast(new IntImm(v, dtype), lanes) };
}

function splitQuotient({ a, b }: FloorDiv): PrimExpr | undefined {
  const by = divisor(b);
  if (by === undefined) return undefined;
  if (a.kind === "FloorMod") {
    const modulus = divisor(a.b);
    if (modulus?.lanes !== by.lanes || modulus.value % by.value !== 0) return undefined;
    return floorMod(floorDiv(a.a, b), modulus.like(modulus.value / by.value));
  }
  // A value computed from array elements may wrap around, so its division is not changed.
  if (a.kind !== "Add" || someNode(a, (node) => node.kind === "BufferLoad")) return undefined;
  return splitSum(a, by);
}

/**
 * Divides `floordiv(x*c1 + rest, c2)` by the common factor of `c1` and `c2`; `rest` is one or two
 * terms.
 */
function splitSum(sum: Add, by: Divisor): PrimExpr | undefined {
  const inner = sum.a;
  if (inner.kind === "Mul") return divideByCommon(inner, sum.b, by);
  if (inner.kind !== "Add" || inner.a.kind !== "Mul") return undefined;
  return divideByCommon(inner.a, add(inner.b, sum.b), by);
}

function divideByCommon(product: Mul, rest: PrimExpr, by: Divisor): PrimExpr | undefined {
  const factor = divisor(product.b);
  if (factor?.lanes !== by.lanes || factor.value <= 0 || by.value <= 0) return undefined;
  const common = gcd(factor.value, by.value);
  if (common === 1) return undefined;
  const scaled = mul(product.a, factor.like(factor.value / common));
  const quotient = floorDiv(rest, factor.like(common));
  return floorDiv(add(scaled, quotient), factor.like(by.value / common));
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function withoutLikely(condition: PrimExpr): PrimExpr {
  return condition.kind === "Call" && condition.op === builtin.likely
    ? condition.args[0]!
    : condition;
}
