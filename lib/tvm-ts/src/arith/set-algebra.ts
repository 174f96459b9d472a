/** Operations on sets of values over explicit domains, without other facts. */

import { add, isInteger, Range, sub, type PrimExpr } from "../ir";
import { factlessAnalyzer } from "./analyzer";
import { intersectWith, SetEvaluator, unionWith } from "./eval-set";
import { bindSetProver, IntSet, type Domains } from "./int-set";

/**
 * The values of `subject` when its variables range over `domains`. Variables without a domain remain
 * in the ends. The ends of a set are evaluated in turn.
 */
export function evalSet(subject: PrimExpr | Range | IntSet, domains: Domains): IntSet;
/** The same for each range of a region. */
export function evalSet(region: readonly Range[], domains: Domains): IntSet[];
export function evalSet(
  subject: PrimExpr | Range | IntSet | readonly Range[],
  domains: Domains,
): IntSet | IntSet[] {
  const analyzer = factlessAnalyzer();
  const evaluator = new SetEvaluator(analyzer, domains);
  if (subject instanceof IntSet) {
    return IntSet.interval(
      subject.hasLowerBound ? evaluator.evaluate(subject.min).min : subject.min,
      subject.hasUpperBound ? evaluator.evaluate(subject.max).max : subject.max,
    );
  }
  if (subject instanceof Range) {
    const { min, extent } = subject;
    if (isInteger(min.dtype) && analyzer.canProveEqual(extent, 1)) return evaluator.evaluate(min);
    const last = sub(add(min, extent), 1);
    return evaluator.relax(IntSet.interval(min, analyzer.simplify(last)));
  }
  if (isRegion(subject)) {
    return subject.map(({ min, extent }) => {
      const last = add(min, sub(extent, 1));
      return evaluator.relax(IntSet.interval(min, analyzer.simplify(last)));
    });
  }
  return evaluator.evaluate(subject);
}

function isRegion(subject: unknown): subject is readonly Range[] {
  return Array.isArray(subject);
}

/** The smallest interval that provably contains all sets; the empty set for no sets. */
export function union(sets: readonly IntSet[]): IntSet {
  return unionWith(factlessAnalyzer(), sets);
}

/** An interval that contains the intersection of the sets; the empty set for no sets. */
export function intersect(sets: readonly IntSet[]): IntSet {
  return intersectWith(factlessAnalyzer(), sets);
}

bindSetProver(
  () => factlessAnalyzer(),
  (expr) => new SetEvaluator(factlessAnalyzer(), new Map(), [], true).evaluate(expr),
);
