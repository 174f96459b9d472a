/**
 * Moves conditions that do not depend on a loop's variable out of the loop.
 *
 *     for (j, 0, 8) { if (i < 3) { A[i, j] = 0 } }
 *  => if (i < 3) { for (j, 0, 8) { if (i < 3) { A[i, j] = 0 } } }      and then, simplified,  => if (i
 * < 3) { for (j, 0, 8) { A[i, j] = 0 } }
 */

import {
  Feature,
  hasFeature,
  CallEffect,
  IfThenElse,
  isStmt,
  forEachChild,
  IterVar,
  mutator,
  sideEffect,
  Var,
  type AttrStmt,
  type For,
  type PrimExpr,
  type Stmt,
} from "../ir";
import type { FunctionPass, Sequential } from "../pass";
import { freeVars } from "./analysis/expr-analysis";
import { convertSSA } from "./convert-ssa";
import { removeNoOp } from "./remove-no-op";
import { simplify } from "./simplify";

const insertHoistIfThenElse: FunctionPass = {
  name: "tir.InsertHoistIfThenElse",
  doc: "Repeats conditions in front of loops if they do not depend on the loop's variable.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.If)) return func;
    const { supportBlockScopeHosting } = context.option("tir.HoistIfThenElse");
    return func.with({ body: hoist(func.body, supportBlockScopeHosting) });
  },
};

export const hoistIfThenElse: Sequential = {
  name: "tir.HoistIfThenElse",
  doc: "Moves conditions out of loops if they do not depend on the loop's variable.",
  passes: [insertHoistIfThenElse, simplify, removeNoOp],
};

/**
 * A loop, or an attribute that defines a variable, with the conditions that can be moved in front of
 * it.
 */
interface Level {
  readonly variable: Var;
  readonly isLoop: boolean;
  readonly conditions: { readonly condition: PrimExpr; readonly hasElse: boolean }[];
  /**
   * Its body is a sequence: a condition on one of its statements does not apply to the whole loop.
   */
  isSequence: boolean;
}

function hoist(body: Stmt, acrossThreads: boolean): Stmt {
  const levels = findConditions(body, acrossThreads);
  if (levels.size === 0) return body;

  const wrap = (original: For | AttrStmt, rewritten: Stmt): Stmt =>
    (levels.get(original)?.conditions ?? []).reduceRight<Stmt>(
      (inner, { condition, hasElse }) =>
        new IfThenElse(condition, inner, hasElse ? inner : undefined),
      rewritten,
    );
  const hoisted = mutator({
    For: (loop, recur) => wrap(loop, recur.children(loop)),
    AttrStmt: (attr, recur) => wrap(attr, recur.children(attr)),
  })(body);
  return convertSSA(hoisted);
}

/** The loops in front of which conditions can be moved. */
function findConditions(body: Stmt, acrossThreads: boolean): Map<Stmt, Level> {
  const found = new Map<Stmt, Level>();
  const active: Level[] = [];
  /**
   * A condition that reads one of these variables is not moved: lets and, unless requested, thread
   * indices.
   */
  const fixed = new Set<Var>();

  /** The outermost level in front of which `condition` means the same. */
  const destination = (variables: ReadonlySet<Var>): Level | undefined => {
    let result: Level | undefined;
    for (let i = active.length - 1; i >= 0; i--) {
      const level = active[i]!;
      if (level.isSequence || variables.has(level.variable)) break;
      if (!level.isLoop && !acrossThreads) break;
      result = level;
    }
    return result;
  };

  const consider = ({ condition, elseCase }: IfThenElse): void => {
    if (sideEffect(condition) > CallEffect.Pure) return;
    const variables = freeVars(condition);
    if ([...variables].some((variable) => fixed.has(variable))) return;
    const hasElse = elseCase !== undefined;
    destination(variables)?.conditions.push({ condition, hasElse });
  };

  const visit = (stmt: Stmt): void => {
    const variable = variableOf(stmt);
    if (variable !== undefined) {
      const isLoop = stmt.kind === "For";
      const level: Level = { variable, isLoop, conditions: [], isSequence: false };
      active.push(level);
      if (!isLoop && !acrossThreads) fixed.add(variable);
      visitChildren(stmt);
      if (!isLoop) fixed.delete(variable);
      active.pop();
      if (level.conditions.length > 0) found.set(stmt, level);
      return;
    }
    if (stmt.kind === "IfThenElse") consider(stmt);
    if (stmt.kind === "LetStmt") fixed.add(stmt.var_);
    const innermost = active[active.length - 1];
    if (stmt.kind === "SeqStmt" && innermost !== undefined) innermost.isSequence = true;
    visitChildren(stmt);
  };
  const visitChildren = (stmt: Stmt): void =>
    forEachChild(stmt, (child) => {
      if (isStmt(child)) visit(child);
    });
  visit(body);
  return found;
}

function variableOf(stmt: Stmt): Var | undefined {
  if (stmt.kind === "For") return stmt.loopVar;
  if (stmt.kind !== "AttrStmt") return undefined;
  if (stmt.node instanceof IterVar) return stmt.node.var_;
  return stmt.node instanceof Var ? stmt.node : undefined;
}
