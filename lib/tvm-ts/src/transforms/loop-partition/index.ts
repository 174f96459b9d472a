/**
 * Splits loops so that conditions marked `likely` need not be tested where they always hold.
 *
 *     for (i, 0, floordiv(n + 15, 16)) { for (j, 0, 16) { if likely(i*16 + j < n) { A[i*16 + j] = 0 } } }
 *  => for (i, 0, floordiv(n, 16))      { for (j, 0, 16) { A[i*16 + j] = 0 } }
 *     and one last iteration with the test
 */

import { builtin, mutate, type PrimFunc, type Stmt, type Var } from "../../ir";
import type { FunctionPass } from "../../pass";
import { Feature, hasFeature } from "../analysis/features";
import { LoopPartitioner } from "./partitioner";

export const loopPartition: FunctionPass = {
  name: "tir.LoopPartition",
  doc: "Splits loops so that conditions need not be tested where they always hold.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.Likely | Feature.LoopPartitionHint)) return func;
    const partitioner = new LoopPartitioner(context.option("tir.LoopPartition"), sizes(func));
    return func.with({ body: withoutMarks(partitioner.partition(func.body)) });
  },
};

/** The variables that are sizes of arguments. */
function sizes({ bufferMap, preflattenedBufferMap }: PrimFunc): Var[] {
  return [...bufferMap.values(), ...preflattenedBufferMap.values()]
    .flatMap(({ shape }) => shape)
    .filter((extent): extent is Var => extent.kind === "Var");
}

/** Drops what only this pass looks at. */
function withoutMarks(body: Stmt): Stmt {
  return mutate(body, {
    Call: (call, recur) => (call.op === builtin.likely ? recur(call.args[0]!) : undefined),
    AttrStmt: (attr, recur) =>
      attr.key === "pragma_loop_partition_hint" ? recur(attr.body) : undefined,
  });
}
