/** For which values of a loop variable conditions are known to hold, or known not to. */

import { deduceBound, IntSet } from "../../arith";
import {
  add,
  builtin,
  EQ,
  forEachChild,
  GE,
  GT,
  IterVar,
  LE,
  LT,
  NE,
  Range,
  sub,
  usesVar,
  zero,
  type CompareExpr,
  type Node,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../../ir";

/** A condition has the value `holds` for all values of the variable in `interval`. */
export interface Known {
  readonly condition: PrimExpr;
  readonly holds: boolean;
  readonly interval: IntSet;
}

/** What is known of variables outside the loop. */
export interface Surroundings {
  /** Each has one value while the loop runs, in its set. */
  readonly hints: ReadonlyMap<Var, IntSet>;
  /** Each may have any value of its set at any time. */
  readonly relax: ReadonlyMap<Var, IntSet>;
}

/**
 * @param allComparisons Looks at every comparison, not only at `likely` ones.
 */
export function findIntervals(
  body: Stmt,
  variable: Var,
  { hints, relax }: Surroundings,
  allComparisons: boolean,
): Known[] {
  const outside = new Set([...hints.keys(), ...relax.keys()]);
  const innerHints = new Map(hints);
  const innerRelax = new Map(relax);
  const found = new Map<PrimExpr, Known[]>();

  const consider = (condition: PrimExpr): void => {
    if (!usesVar(condition, (other) => other === variable)) return;
    const known: Known[] = [];
    const solve = (comparison: PrimExpr | undefined, holds: boolean): void => {
      if (comparison === undefined) return;
      const interval = deduceBound(variable, comparison, innerHints, innerRelax);
      if (!interval.isNothing) known.push({ condition, holds, interval });
    };
    solve(condition, true);
    solve(inverse(condition), false);
    found.set(condition, known);
  };

  const within = (inner: Var, domain: IntSet, node: Node): void => {
    innerHints.set(inner, domain);
    innerRelax.set(inner, domain);
    forEachChild(node, visit);
    innerHints.delete(inner);
    innerRelax.delete(inner);
  };

  const visit = (node: Node): void => {
    switch (node.kind) {
      case "For": {
        const isOutside = (other: Var): boolean => outside.has(other);
        if (usesVar(node.min, isOutside) || usesVar(node.extent, isOutside)) return;
        const last = sub(add(node.min, node.extent), 1);
        return within(node.loopVar, IntSet.interval(node.min, last), node);
      }
      case "AttrStmt": {
        if (node.key !== "thread_extent" || !(node.node instanceof IterVar)) break;
        const domain = IntSet.fromRange(new Range(zero(node.value.dtype), node.value));
        return within(node.node.var_, domain, node);
      }
      case "Call":
        if (node.op === builtin.likely) return consider(node.args[0]!);
        break;
      case "EQ":
      case "NE":
      case "LT":
      case "LE":
      case "GT":
      case "GE":
        if (allComparisons) return consider(node);
        break;
      default:
        break;
    }
    forEachChild(node, visit);
  };
  visit(body);
  // The last that was met first, as the reference's table gives them.
  return [...found.values()].reverse().flat();
}

const inverses: Readonly<
  Record<CompareExpr["kind"], new (a: PrimExpr, b: PrimExpr) => CompareExpr>
> = { EQ: NE, NE: EQ, LT: GE, GE: LT, GT: LE, LE: GT };

function inverse(condition: PrimExpr): PrimExpr | undefined {
  if (!(condition.kind in inverses)) return undefined;
  const { kind, a, b } = condition as CompareExpr;
  return new inverses[kind](a, b);
}
