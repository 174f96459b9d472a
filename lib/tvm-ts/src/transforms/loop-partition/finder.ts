/** Finds the values of a loop variable for which conditions are known to hold, or not to hold. */

import { deduceBound, IntSet } from "../../arith";
import {
  add,
  builtin,
  EQ,
  forEachChild,
  GE,
  GT,
  isConstInt,
  IterVar,
  LE,
  LT,
  NE,
  Range,
  someNode,
  sub,
  usesVar,
  zero,
  type CompareExpr,
  type Node,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../../ir";

/** The condition has the value `holds` for all values of the variable in `interval`. */
export interface Known {
  readonly condition: PrimExpr;
  readonly holds: boolean;
  readonly interval: IntSet;
}

/** The sets of values of variables outside the loop. */
export interface Surroundings {
  /** Each has one value in its set while the loop runs. */
  readonly hints: ReadonlyMap<Var, IntSet>;
  /** Each may have any value of its set at any time. */
  readonly relax: ReadonlyMap<Var, IntSet>;
}

/** @param allComparisons Whether every comparison is considered, not only those marked `likely`. */
export function findIntervals(
  body: Stmt,
  variable: Var,
  { hints, relax }: Surroundings,
  allComparisons: boolean,
): Known[] {
  const outside = new Set([...hints.keys(), ...relax.keys()]);
  const innerHints = new Map(hints);
  const innerRelax = new Map(relax);
  /** The variables defined by the statements around the visited node. */
  const inside = new Set<Var>();
  const found = new Map<PrimExpr, Known[]>();

  /** Whether the ends can be computed before the loop, where no condition of its body is tested. */
  const isKnownBefore = ({ min, max }: IntSet): boolean =>
    ![min, max].some((end) =>
      someNode(
        end,
        (node) =>
          (node.kind === "Var" && inside.has(node)) ||
          (node.kind === "BufferLoad" && (allComparisons || stores(body, node.buffer.data))) ||
          (allComparisons && mayFail(node)),
      ),
    );

  const consider = (condition: PrimExpr): void => {
    if (!usesVar(condition, (other) => other === variable)) return;
    const known: Known[] = [];
    const solve = (comparison: PrimExpr | undefined, holds: boolean): void => {
      if (comparison === undefined) return;
      const interval = deduceBound(variable, comparison, innerHints, innerRelax);
      if (interval.isNothing || !isKnownBefore(interval)) return;
      known.push({ condition, holds, interval });
    };
    solve(condition, true);
    solve(inverse(condition), false);
    found.set(condition, known);
  };

  const within = (inner: Var, domain: IntSet, node: Node): void => {
    innerHints.set(inner, domain);
    innerRelax.set(inner, domain);
    visitDefining(inner, node);
    innerHints.delete(inner);
    innerRelax.delete(inner);
  };

  const visitDefining = (variable: Var, node: Node): void => {
    inside.add(variable);
    forEachChild(node, visit);
    inside.delete(variable);
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
      case "LetStmt":
      case "Let":
        return visitDefining(node.var_, node);
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
  // In reverse order, as in the reference's table.
  return [...found.values()].reverse().flat();
}

/** Whether a statement stores into the memory behind a pointer. */
function stores(body: Stmt, pointer: Var): boolean {
  return someNode(body, (node) => node.kind === "BufferStore" && node.buffer.data === pointer);
}

/** Whether evaluating the expression may fail if it is no longer guarded by a condition. */
function mayFail(node: Node): boolean {
  switch (node.kind) {
    case "Div":
    case "Mod":
    case "FloorDiv":
    case "FloorMod":
      return !isConstInt(node.b) || node.b.value === 0;
    case "Call":
      return true;
    default:
      return false;
  }
}

const inverses: Readonly<
  Record<CompareExpr["kind"], new (a: PrimExpr, b: PrimExpr) => CompareExpr>
> = { EQ: NE, NE: EQ, LT: GE, GE: LT, GT: LE, LE: GT };

function inverse(condition: PrimExpr): PrimExpr | undefined {
  if (!(condition.kind in inverses)) return undefined;
  const { kind, a, b } = condition as CompareExpr;
  return new inverses[kind](a, b);
}
