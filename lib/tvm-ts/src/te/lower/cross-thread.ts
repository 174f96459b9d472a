/**
 * Reductions across the threads of a block: each thread reduces its part, and a call combines the
 * partial results of all threads.
 *
 *     attr [normal_reduce_temp0] ...
 *     normal_reduce_temp0[0] = 0
 *     for k.outer
 *       normal_reduce_temp0[0] = normal_reduce_temp0[0] + A[i, k.outer*32 + threadIdx.x]
 *     tvm_thread_allreduce(1, normal_reduce_temp0[0], True, reduce_temp0[0], threadIdx.x)
 *     C[i] = reduce_temp0[0]
 */

import { UsageError } from "../../support";
import {
  Allocate,
  AttrStmt,
  BufferLoad,
  BufferStore,
  builtin,
  Call,
  constant,
  declBuffer,
  Evaluate,
  flattenSeq,
  IntImm,
  trueImm,
  type Buffer,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import type { ComputeOp } from "../operation";
import type { AxisValues, StageContext } from "./context";
import { guards, wrapInFrames, type Frame } from "./frames";
import { makeLoopNest } from "./loop-nest";
import { combined, reductionOf } from "./combine-reduction";

export function crossThreadReduction(context: StageContext, op: ComputeOp): Stmt {
  const { stage, attach } = context;
  const reduce = reductionOf(op);
  if (reduce.init.length > 0) {
    throw new UsageError(
      "te-cross-thread",
      `stage ${stage.name} reduces over threads and has init; a cross-thread ` +
        `reduction cannot have initial values: add them in another stage`,
      { span: op.span },
    );
  }
  const values: AxisValues = new Map();
  const nest = makeLoopNest(context, values);
  const conditions = [...context.boundChecks(values), reduce.condition];
  const rewrite = context.rewriter(values);

  const common: Frame[] = [];
  const reducing: Frame[] = [];
  const threads: PrimExpr[] = [];
  stage.leafIterVars.forEach((axis, i) => {
    const thread = stage.iterVarAttrs.get(axis)?.bindThread;
    const reduces = axis.iterType === "CommReduce";
    (reduces && thread === undefined ? reducing : common).push(...nest[i]!);
    if (reduces && thread !== undefined) threads.push(thread.var_);
  });

  const dtypes = reduce.source.map((value) => value.dtype);
  const temporaries = (name: string): Buffer[] =>
    dtypes.map((dtype, i) => declBuffer([1], dtype, { name: `${name}${i}`, scope: "local" }));
  const results = temporaries("reduce_temp");
  const shares = reducing.length > 0 ? temporaries("normal_reduce_temp") : [];
  const source = reduce.source.map(rewrite);

  const allReduce = new Call("handle", builtin.threadAllreduce, [
    new IntImm(op.body.length, "uint32"),
    ...(shares.length > 0 ? shares.map(loadElement) : source),
    trueImm(),
    ...results.map(loadElement),
    ...threads,
  ]);
  const nothing = new Call("handle", builtin.reinterpret, [constant(0, "uint64")]);
  const together = new AttrStmt(reduce.combiner, "reduce_scope", nothing, new Evaluate(allReduce));
  const own: Stmt[] = [];
  if (shares.length > 0) {
    const updates = combined(reduce.combiner, shares.map(loadElement), source, rewrite);
    own.push(
      ...shares.map((share, i) => storeElement(share, rewrite(reduce.combiner.identity[i]!))),
      wrapInFrames(
        [...reducing, ...guards(conditions)],
        flattenSeq(...shares.map((share, i) => storeElement(share, updates[i]!))),
        rewrite,
        attach,
      ),
    );
  }
  const { storePredicate } = stage.state;
  const stored = wrapInFrames(
    guards([...(storePredicate === undefined ? [] : [storePredicate]), reduce.condition]),
    flattenSeq(
      ...op.outputs.map((tensor, i) =>
        context.store(
          tensor,
          loadElement(results[i]!),
          op.axis.map((axis) => rewrite(axis.var_)),
        ),
      ),
    ),
    rewrite,
    attach,
  );
  let body = flattenSeq(...own, together, stored);
  for (let i = results.length - 1; i >= 0; i--) {
    body = allocated(results[i]!, body);
    if (shares.length > 0) body = allocated(shares[i]!, body);
  }
  return wrapInFrames(common, body, rewrite, attach);
}

/** The only element of a temporary. */
function loadElement(buffer: Buffer): BufferLoad {
  return new BufferLoad(buffer, [new IntImm(0)]);
}

function storeElement(buffer: Buffer, value: PrimExpr): BufferStore {
  return new BufferStore(buffer, value, [new IntImm(0)]);
}

function allocated(buffer: Buffer, body: Stmt): Allocate {
  return new Allocate(buffer.data, buffer.dtype, buffer.shape, trueImm(), body);
}
