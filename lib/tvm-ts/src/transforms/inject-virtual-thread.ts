/**
 * Runs virtual threads one after another, each with separate memory, close enough together that later
 * passes can interleave them.
 *
 *     attr [vx] "virtual_thread" = 2 { allocate(B, [16]) { B[i] = A[vx*16 + i] } }
 *  => allocate(B, [32]) { B[i] = A[i]  B[i + 16] = A[i + 16] }
 */

import { Analyzer, simplifyingMutator } from "../arith";
import { Feature, hasFeature, type AttrStmt, type IterVar, type Stmt } from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError } from "../support";
import { touchedBy } from "./analysis/var-touch";
import { convertSSA } from "./convert-ssa";
import { ThreadExpander } from "./thread-expander";

export const injectVirtualThread: FunctionPass = {
  name: "tir.InjectVirtualThread",
  doc: "Runs virtual threads one after another, each with separate memory.",
  run(func) {
    // Constant conditions, which loop partitioning leaves behind, are decided at the same time.
    const isNeeded = hasFeature(func.body, Feature.VirtualThread | Feature.DecidedCondition);
    return func.with({ body: convertSSA(isNeeded ? expand(func.body) : func.body) });
  },
};

function expand(body: Stmt): Stmt {
  const analyzer = new Analyzer();
  return simplifyingMutator(analyzer, {
    AttrStmt(node, recur) {
      const attr = recur.children(node);
      if (attr.key !== "virtual_thread") return attr;
      const { var_, threadTag } = attr.node as IterVar;
      return new ThreadExpander(analyzer, {
        variable: var_,
        count: threadCount(attr),
        touched: touchedBy(attr.body, var_),
        // A `vthread` is a thread: it may share memory that all threads only read. A `cthread` is a
        // context of a co-processor, which shares no memory.
        mayShare: threadTag.startsWith("vthread"),
      }).visit(attr.body);
    },
  })(body);
}

function threadCount(attr: AttrStmt): number {
  if (attr.value.kind === "IntImm") return attr.value.value;
  throw new UsageError(
    "te-bind",
    `virtual thread ${(attr.node as IterVar).name} needs a constant extent; ` +
      `split its axis with nparts`,
    { span: attr.span },
  );
}
