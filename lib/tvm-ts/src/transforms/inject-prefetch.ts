/**
 * Inserts the prefetch that a schedule requested before the loop body that reads the tensor.
 *
 *     for (i, 0, n) { attr [A] "prefetch_scope" = 2; B[i] = A[i] }
 *  => for (i, 0, n) { prefetch(A, [i + 2 : i + 3])  B[i] = A[i] }
 */

import { Analyzer, domainTouched, evalSet, IntSet } from "../arith";
import {
  Feature,
  hasFeature,
  add,
  ge,
  lt,
  mutator,
  Prefetch,
  Range,
  SeqStmt,
  someNode,
  sub,
  type Buffer,
  type BufferLoad,
  type PrimExpr,
  type Stmt,
  walk,
  type Var,
} from "../ir";
import type { FunctionPass } from "../pass";
import { isFromSchedule } from "./analysis/function";

export const injectPrefetch: FunctionPass = {
  name: "tir.InjectPrefetch",
  doc: "Inserts the prefetches that a schedule requested before the statements that read the tensor.",
  run(func) {
    if (!isFromSchedule(func) || !hasFeature(func.body, Feature.PrefetchScope)) return func;
    return func.with({ body: inject(func.body, new Set(func.bufferMap.values())) });
  },
};

/** @param allocated The buffers that have memory. Buffers realized inside `body` are added. */
function inject(body: Stmt, allocated: Set<Buffer>): Stmt {
  const loops: Var[] = [];
  /** All values of vectorized loops, and the iteration for which data is prefetched. */
  const domains = new Map<Var, IntSet>();
  const analyzer = new Analyzer();
  const isElement = ({ buffer, indices }: BufferLoad): boolean =>
    allocated.has(buffer) &&
    indices.every(
      (index, i) =>
        analyzer.canProve(ge(index, 0)) && analyzer.canProve(lt(index, buffer.shape[i]!)),
    );
  /**
   * Whether an expression can be evaluated before `inner`, which may define or guard what the
   * expression reads.
   */
  const isKnownBefore = (inner: Stmt): ((expr: PrimExpr) => boolean) => {
    const defined = new Set<Var>();
    walk(inner, {
      For: ({ loopVar }) => void defined.add(loopVar),
      LetStmt: ({ var_ }) => void defined.add(var_),
    });
    return (expr) =>
      !someNode(expr, (node) => {
        if (node.kind === "BufferLoad") return !isElement(node);
        return node.kind === "Var" && defined.has(node);
      });
  };

  return mutator({
    For(loop, recur) {
      const vectorized = loop.forKind === "vectorized";
      loops.push(loop.loopVar);
      analyzer.bind(loop.loopVar, new Range(loop.min, loop.extent));
      if (vectorized) {
        const last = sub(add(loop.min, loop.extent), 1);
        domains.set(loop.loopVar, IntSet.interval(loop.min, last));
      }
      const result = recur.children(loop);
      if (vectorized) domains.delete(loop.loopVar);
      loops.pop();
      return result;
    },
    BufferRealize(node, recur) {
      if (allocated.has(node.buffer)) return undefined;
      allocated.add(node.buffer);
      const result = recur.children(node);
      allocated.delete(node.buffer);
      return result;
    },
    AttrStmt(attr, recur) {
      if (attr.key !== "prefetch_scope") return undefined;
      const inner = recur(attr.body);
      const buffer = attr.node as Buffer;
      const loopVar = loops[loops.length - 1];
      const touched = domainTouched(inner, buffer, true, false);
      // A prefetch is only a hint: data that is computed inside, or whose region is unknown, is
      // skipped.
      if (!allocated.has(buffer)) return inner;
      if (loopVar === undefined || touched === undefined) return inner;
      domains.set(loopVar, IntSet.single(add(loopVar, attr.value)));
      const bounds = touched.map((range) => evalSet(range, domains).coverRange(range));
      domains.delete(loopVar);
      const isKnown = isKnownBefore(inner);
      if (!bounds.every(({ min, extent }) => isKnown(min) && isKnown(extent))) return inner;
      return new SeqStmt([new Prefetch(buffer, bounds), inner], attr.span);
    },
  })(body);
}
