/** Taking a condition apart into conditions that hold together. */

import { Not, type PrimExpr } from "../ir";
import type { Analyzer } from "./analyzer";

/**
 * The condition itself and, below it, what each side of a conjunction says: `a && b` says `a` and
 * `b`, `!(a || b)` says `!a` and `!b`.
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
