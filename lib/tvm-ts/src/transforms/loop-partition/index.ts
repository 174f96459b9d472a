/**
 * Splits loops into parts, so that conditions marked `likely` are not tested in the part where they
 * always hold.
 *
 *     for (i, 0, floordiv(n + 15, 16)) { for (j, 0, 16) { if likely(i*16 + j < n) { A[i*16 + j] = 0 } } }
 *  => for (i, 0, floordiv(n, 16))      { for (j, 0, 16) { A[i*16 + j] = 0 } }
 *     and a last iteration with the test
 */

import { Feature, hasFeature, builtin, mutate, type PrimFunc, type Stmt, type Var } from "../../ir";
import type { FunctionPass } from "../../pass";
import { LoopPartitioner } from "./partitioner";

export const loopPartition: FunctionPass = {
  name: "tir.LoopPartition",
  doc: "Splits loops into parts, so that conditions are not tested in the part where they always hold.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.Likely | Feature.LoopPartitionHint)) return func;
    const partitioner = new LoopPartitioner(context.option("tir.LoopPartition"), sizes(func));
    return func.with({ body: withoutMarks(partitioner.partition(func.body)) });
  },
};

/** The variables of the arguments' shapes. */
function sizes({ bufferMap, preflattenedBufferMap }: PrimFunc): Var[] {
  return [...bufferMap.values(), ...preflattenedBufferMap.values()]
    .flatMap(({ shape }) => shape)
    .filter((extent): extent is Var => extent.kind === "Var");
}

/** Removes the marks that only this pass reads. */
function withoutMarks(body: Stmt): Stmt {
  return mutate(body, {
    Call: (call, recur) => (call.op === builtin.likely ? recur(call.args[0]!) : undefined),
    AttrStmt: (attr, recur) =>
      attr.key === "pragma_loop_partition_hint" ? recur(attr.body) : undefined,
  });
}
