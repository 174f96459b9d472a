/**
 * Merges several updates of one element: intermediate values are not stored.
 *
 *     C[i] = C[i] + a;  C[i] = C[i] + b
 *     ->  C[i] = (C[i] + a) + b
 */

import {
  BufferStore,
  exprEqual,
  flattenSeq,
  mutate,
  someNode,
  type BufferLoad,
  type PrimExpr,
  type Stmt,
} from "../../../ir";

export function fuseStores(body: Stmt): Stmt {
  return mutate(body, {
    SeqStmt(seq, recur) {
      const stmts: Stmt[] = [];
      for (const stmt of seq.seq.map((s) => recur(s))) {
        const last = stmts[stmts.length - 1];
        const fused = last === undefined ? undefined : fuse(last, stmt);
        if (fused === undefined) stmts.push(stmt);
        else stmts[stmts.length - 1] = fused;
      }
      return stmts.length === seq.seq.length && stmts.every((s, i) => s === seq.seq[i])
        ? seq
        : flattenSeq(...stmts);
    },
  });
}

function fuse(first: Stmt, second: Stmt): Stmt | undefined {
  if (first.kind !== "BufferStore" || second.kind !== "BufferStore") return undefined;
  if (first.buffer.data !== second.buffer.data) return undefined;
  if (first.buffer.dtype !== second.buffer.dtype) return undefined;
  if (!sameIndices(first.indices, second.indices)) return undefined;
  // An index that reads this memory may select another element after the first store.
  if (second.indices.some((index) => readsOf(index, first).length > 0)) return undefined;
  const reads = readsOf(second.value, first);
  if (reads.length !== 1 || !sameIndices(reads[0]!.indices, first.indices)) return undefined;
  // If the read is conditional, the first value would only be computed under that condition.
  if (someNode(second.value, (node) => node.kind === "Call" || node.kind === "Let")) {
    return undefined;
  }
  const [read] = reads;
  const value = mutate(second.value, {
    BufferLoad: (load) => (load === read ? first.value : undefined),
  });
  return new BufferStore(second.buffer, value, second.indices, second.span);
}

function readsOf(expr: PrimExpr, store: BufferStore): BufferLoad[] {
  const reads: BufferLoad[] = [];
  someNode(expr, (node) => {
    if (node.kind === "BufferLoad" && node.buffer.data === store.buffer.data) reads.push(node);
    return false;
  });
  return reads;
}

function sameIndices(a: readonly PrimExpr[], b: readonly PrimExpr[]): boolean {
  return a.length === b.length && a.every((index, i) => exprEqual(index, b[i]!));
}
