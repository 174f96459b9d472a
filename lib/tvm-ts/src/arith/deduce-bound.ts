/** Solves a condition for one variable. */

import {
  isComparisonKind,
  add,
  eq,
  floorDiv,
  floorMod,
  isUInt,
  neg,
  NEG_INF,
  POS_INF,
  someNode,
  sub,
  type CompareExpr,
  type PrimExpr,
  type Var,
} from "../ir";
import { Analyzer } from "./analyzer";
import { IntSet, type Domains } from "./int-set";
import { evalSet } from "./set-algebra";

/** The remaining problem, `target relation bound`. */
interface Problem {
  readonly target: PrimExpr;
  readonly relation: "at least" | "at most" | "equal to";
  readonly bound: PrimExpr;
}

/**
 * The values of `variable` for which `condition`, a comparison, holds for all values of the variables
 * in `relax` in their sets. `hints` are sets of other variables, for the signs of factors. The empty
 * set when the condition cannot be solved.
 */
export function deduceBound(
  variable: Var,
  condition: PrimExpr,
  hints: Domains,
  relax: Domains,
): IntSet {
  const analyzer = new Analyzer();
  const occursIn = (expr: PrimExpr): boolean => someNode(expr, (node) => node === variable);
  if (countOf(variable, condition) !== 1) return IntSet.nothing();
  let problem = asProblem(condition, occursIn);
  problem &&= relaxed(analyzer, problem, relax);
  while (problem !== undefined && problem.target !== variable) {
    problem = occursIn(problem.target) ? step(analyzer, problem, occursIn, hints) : undefined;
  }
  // Relaxing a variable may have duplicated the target: x % 4 becomes x - x / 4 * 4.
  if (problem === undefined || occursIn(problem.bound)) return IntSet.nothing();
  const { relation, bound } = problem;
  return IntSet.interval(
    relation === "at most" ? NEG_INF : bound,
    relation === "at least" ? POS_INF : bound,
  );
}

function countOf(variable: Var, expr: PrimExpr): number {
  let count = 0;
  someNode(expr, (node) => {
    if (node === variable) count++;
    return false;
  });
  return count;
}

/** The comparison with the side that has the variable on the left. */
function asProblem(
  condition: PrimExpr,
  occursIn: (expr: PrimExpr) => boolean,
): Problem | undefined {
  if (!isComparison(condition)) return undefined;
  const { a, b } = condition;
  const inLeft = occursIn(a);
  const [target, other] = inLeft ? [a, b] : [b, a];
  switch (condition.kind) {
    case "EQ":
      return { target, relation: "equal to", bound: other };
    case "LT":
    case "GT": {
      const above = (condition.kind === "GT") === inLeft;
      return above
        ? { target, relation: "at least", bound: add(other, 1) }
        : { target, relation: "at most", bound: sub(other, 1) };
    }
    case "LE":
    case "GE": {
      const above = (condition.kind === "GE") === inLeft;
      return { target, relation: above ? "at least" : "at most", bound: other };
    }
    case "NE":
      return undefined;
  }
}

function isComparison(expr: PrimExpr): expr is CompareExpr {
  return isComparisonKind(expr.kind);
}

/** The most restrictive problem over all values of the relaxed variables. */
function relaxed(analyzer: Analyzer, problem: Problem, relax: Domains): Problem | undefined {
  const target = evalSet(problem.target, relax);
  const bound = evalSet(problem.bound, relax);
  if (target.isEverything || bound.isEverything) return undefined;
  const { relation } = problem;
  if (relation === "equal to") {
    const fixed = [bound, target].every((set) => analyzer.canProve(eq(set.min, set.max)));
    if (!fixed) return undefined;
  }
  return relation === "at least"
    ? { target: target.min, relation, bound: bound.max }
    : { target: target.max, relation, bound: bound.min };
}

/** Moves the outermost operation of the target to the other side. */
function step(
  analyzer: Analyzer,
  problem: Problem,
  occursIn: (expr: PrimExpr) => boolean,
  hints: Domains,
): Problem | undefined {
  const { target, relation, bound } = problem;
  if (target.kind !== "Add" && target.kind !== "Sub" && target.kind !== "Mul") return undefined;
  const inLeft = occursIn(target.a);
  const [inner, other] = inLeft ? [target.a, target.b] : [target.b, target.a];
  switch (target.kind) {
    case "Add":
      return { target: inner, relation, bound: sub(bound, other) };
    case "Sub":
      return inLeft
        ? { target: inner, relation, bound: add(bound, other) }
        : { target: inner, relation: reversed(relation), bound: neg(sub(bound, other)) };
    case "Mul":
      return divided(analyzer, inner, relation, bound, other, hints);
  }
}

function divided(
  analyzer: Analyzer,
  inner: PrimExpr,
  relation: Problem["relation"],
  bound: PrimExpr,
  factor: PrimExpr,
  hints: Domains,
): Problem | undefined {
  const sign = isUInt(factor.dtype) ? "positive" : evalSet(factor, hints).sign;
  if (sign !== "positive" && sign !== "negative") return undefined;
  const turned = sign === "negative" ? reversed(relation) : relation;
  const exact = analyzer.canProve(eq(floorMod(bound, factor), 0));
  const quotient = floorDiv(bound, factor);
  if (exact || turned === "at most") return { target: inner, relation: turned, bound: quotient };
  // Rounding down may go below a lower bound.
  return turned === "at least"
    ? { target: inner, relation: turned, bound: add(quotient, 1) }
    : undefined;
}

function reversed(relation: Problem["relation"]): Problem["relation"] {
  if (relation === "equal to") return relation;
  return relation === "at least" ? "at most" : "at least";
}
