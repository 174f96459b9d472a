/**
 * Quotients and remainders of `ramp(b1, c1, lanes)` by `broadcast(c2, lanes)`.
 *
 * All lanes have the same quotient when they are between two multiples of `c2`, which is decided on
 * the residue class of `b1` modulo a constant. The base of a class is not negative.
 */

import {
  add,
  Broadcast,
  constant,
  div,
  floorDiv,
  floorMod,
  mul,
  Ramp,
  truncMod,
  type PrimExpr,
} from "../../../ir";
import { floorDivide, floorRemainder } from "../../int-math";
import type { Match } from "../rule";
import type { RuleContext } from "../rule-context";

interface Lanes {
  /** `b1` is `coeff * k + base`. */
  readonly coeff: number;
  readonly base: number;
  /** The offset of the last lane from `b1`'s base. */
  readonly last: number;
  /** Whether the lanes of the class's base have the same quotient. */
  readonly together: boolean;
}

/** `c2` is positive. */
function lanesOf(match: Match, context: RuleContext): Lanes {
  const { coeff, base } = context.modular(match.b1);
  const last = base + (match.lanes - 1) * match.c1;
  return {
    coeff,
    base,
    last,
    together: floorDivide(base, match.c2) === floorDivide(last, match.c2),
  };
}

/** Whether every `b1` of the class has the same distance from multiples of `c2`. */
function isAligned({ coeff }: Lanes, divisor: number): boolean {
  return coeff % divisor === 0;
}

/** Whether the lanes are inside one period of the class, and `c2` is a multiple of the period. */
function staysInPeriod({ coeff, last }: Lanes, divisor: number): boolean {
  return coeff !== 0 && divisor % coeff === 0 && last < coeff;
}

/** Whether no lane is negative: then rounding toward zero is rounding down. */
function isNotNegative({ b1, c1, c1Expr, lanes }: Match, context: RuleContext): boolean {
  if (!context.canProveGreaterEqual(b1, 0)) return false;
  const last = add(b1, mul(c1Expr, constant(lanes - 1, b1.dtype)));
  return c1 >= 0 || context.canProveGreaterEqual(last, 0);
}

export function quotientOfRamp(match: Match, context: RuleContext): PrimExpr | undefined {
  const { b1, c1, c2, lanes, c1Expr, c2Expr } = match;
  if (c1 % c2 === 0) return new Ramp(floorDiv(b1, c2Expr), floorDiv(c1Expr, c2Expr), lanes);
  if (c2 <= 0) return undefined;
  const all = lanesOf(match, context);
  if (!all.together || !(isAligned(all, c2) || staysInPeriod(all, c2))) return undefined;
  return new Broadcast(floorDiv(b1, c2Expr), lanes);
}

export function remainderOfRamp(match: Match, context: RuleContext): PrimExpr | undefined {
  const { b1, c1, c2, lanes, c1Expr, c2Expr } = match;
  if (c1 % c2 === 0) return new Broadcast(floorMod(b1, c2Expr), lanes);
  if (c2 <= 0) return undefined;
  const all = lanesOf(match, context);
  const base = constant(floorRemainder(all.base, c2), b1.dtype);
  if (all.together) {
    if (isAligned(all, c2)) return new Ramp(base, c1Expr, lanes);
    if (staysInPeriod(all, c2)) return new Ramp(floorMod(b1, c2Expr), c1Expr, lanes);
  }
  if (!isAligned(all, c2)) return undefined;
  return floorMod(new Ramp(base, c1Expr, lanes), new Broadcast(c2Expr, lanes));
}

export function quotientOfRampTruncated(match: Match, context: RuleContext): PrimExpr | undefined {
  const { b1, c1, c2, lanes, c1Expr, c2Expr } = match;
  if (c2 <= 0 || !isNotNegative(match, context)) return undefined;
  if (c1 % c2 === 0) return new Ramp(div(b1, c2Expr), div(c1Expr, c2Expr), lanes);
  const all = lanesOf(match, context);
  if (!isAligned(all, c2) || !all.together) return undefined;
  return new Broadcast(div(b1, c2Expr), lanes);
}

export function remainderOfRampTruncated(match: Match, context: RuleContext): PrimExpr | undefined {
  const { b1, c1, c2, lanes, c1Expr, c2Expr } = match;
  if (c2 <= 0 || !isNotNegative(match, context)) return undefined;
  if (c1 % c2 === 0) return new Broadcast(truncMod(b1, c2Expr), lanes);
  const all = lanesOf(match, context);
  if (!isAligned(all, c2)) return undefined;
  const ramp = new Ramp(constant(floorRemainder(all.base, c2), b1.dtype), c1Expr, lanes);
  if (all.together) return ramp;
  // With a negative stride, later lanes of the remainder would be negative.
  return c1 < 0 ? undefined : truncMod(ramp, new Broadcast(c2Expr, lanes));
}
