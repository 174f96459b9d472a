/**
 * Removes statements without effect, loops that never run, and statements that become empty.
 *
 *     { 0  for (i, 0, 0) { A[i] = 1 }  if (c) { 0 }  B[0] = 1 }  =>  B[0] = 1
 */

import { Analyzer, evalSet, IntSet } from "../arith";
import {
  CallEffect,
  Evaluate,
  flattenSeq,
  isNoOp,
  le,
  mapArray,
  mutator,
  NEG_INF,
  noOp,
  POS_INF,
  Range,
  sideEffect,
  update,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../ir";
import type { FunctionPass } from "../pass";

export const removeNoOp: FunctionPass = {
  name: "tir.RemoveNoOp",
  doc: "Removes statements without effect and loops that never run.",
  run: (func) => func.with({ body: remove(func.body) }),
};

function remove(body: Stmt): Stmt {
  const analyzer = new Analyzer();
  const domains = new Map<Var, IntSet>();

  const neverRuns = (extent: PrimExpr): boolean => {
    if (extent.kind === "IntImm") return extent.value <= 0;
    const { max } = evalSet(extent, domains);
    return max !== NEG_INF && max !== POS_INF && analyzer.canProve(le(max, 0));
  };

  return mutator({
    LetStmt(node, recur) {
      const let_ = recur.children(node);
      return isEmpty(let_.body) ? effectOf(let_.value) : let_;
    },
    AttrStmt(node, recur) {
      if (node.key === "pragma_debug_skip_region") return noOp();
      const attr = recur.children(node);
      return isEmpty(attr.body) ? effectOf(attr.value) : attr;
    },
    IfThenElse(node, recur) {
      const branch = recur.children(node);
      const { thenCase, elseCase } = branch;
      if (elseCase !== undefined && !isEmpty(elseCase)) return branch;
      return isEmpty(thenCase)
        ? effectOf(branch.condition)
        : update(branch, { elseCase: undefined });
    },
    For(node, recur) {
      domains.set(node.loopVar, IntSet.fromRange(new Range(node.min, node.extent)));
      if (neverRuns(node.extent)) return noOp();
      const loop = recur.children(node);
      domains.delete(node.loopVar);
      return isEmpty(loop.body) ? effectOf(loop.min, loop.extent) : loop;
    },
    Allocate(node, recur) {
      const allocate = recur.children(node);
      return isEmpty(allocate.body) ? effectOf(...allocate.extents) : allocate;
    },
    Evaluate: (node) =>
      isNoOp(node) || sideEffect(node.value) > CallEffect.ReadState ? node : noOp(),
    SeqStmt(node, recur) {
      const flat = node.seq.some((stmt) => stmt.kind === "SeqStmt") ? flattenSeq(node) : node;
      if (flat.kind !== "SeqStmt") return recur(flat);
      const seq = mapArray(flat.seq, recur);
      const kept = seq.some(isEmpty) ? seq.filter((stmt) => !isEmpty(stmt)) : seq;
      return kept.length === 1 ? kept[0]! : update(node, { seq: kept });
    },
  })(body);
}

function isEmpty(stmt: Stmt): boolean {
  return isNoOp(stmt) || (stmt.kind === "SeqStmt" && stmt.seq.length === 0);
}

/** The expressions with side effects, of those whose values are not needed. */
function effectOf(...exprs: readonly PrimExpr[]): Stmt {
  const effects = exprs.filter((expr) => sideEffect(expr) > CallEffect.ReadState);
  return effects.length === 0 ? noOp() : flattenSeq(...effects.map((e) => new Evaluate(e)));
}
