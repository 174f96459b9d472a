/** Splits a condition into the conditions that it implies. */

import { Not, type PrimExpr } from "../ir";
import type { Analyzer } from "./analyzer";

/**
 * The condition and, recursively, the sides of a conjunction: `a && b` implies `a` and `b`, `!(a ||
 * b)` implies `!a` and `!b`.
 */
export function extractConstraints(analyzer: Analyzer, condition: PrimExpr): PrimExpr[] {
  const found: PrimExpr[] = [];
  const collect = (part: PrimExpr): void => {
    found.push(part);
    if (part.kind === "And") {
      collect(part.a);
      collect(part.b);
    } else if (part.kind === "Not" && part.a.kind === "Or") {
      const unbound = analyzer.unbound();
      collect(unbound.rewriteSimplify(new Not(part.a.a)));
      collect(unbound.rewriteSimplify(new Not(part.a.b)));
    }
  };
  collect(condition);
  return found;
}
