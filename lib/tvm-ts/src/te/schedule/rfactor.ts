/**
 * Factoring a reduction: a part of its axis becomes a dimension of a tensor of partial results.
 *
 *     C[i] = sum(A[i, k], axis=k)            k split into k.outer, k.inner; factored at k.inner
 *     C.rf[k.inner, i] = sum(A[i, k.outer*4 + k.inner], axis=k.outer)
 *     C[i] = sum(C.rf[k.inner.v, i], axis=k.inner.v)
 */

import { Span, UsageError, type ErrorNote } from "../../support";
import { Analyzer } from "../../arith";
import {
  all,
  isOne,
  isZero,
  IterVar,
  likely,
  Reduce,
  select,
  someNode,
  substitute,
  trueImm,
  usesVar,
  Var,
  type PrimExpr,
  type Range,
} from "../../ir";
import { ComputeOp } from "../operation";
import { dataAxis } from "../declare";
import type { Tensor } from "../tensor";
import { leafPosition, noteAxis, noteStage } from "./axis-errors";
import { addBeside, stateForOperation } from "./cache";
import { boundChecks } from "./bound-checks";
import {
  derivedAxes,
  passDownBits,
  passDownDomain,
  passUpBits,
  passUpIndex,
  sourceAxes,
} from "./message-passing";
import type { Schedule } from "./schedule";
import type { Stage } from "./stage";

/** See `Schedule.rfactor`. */
export function rfactor(
  schedule: Schedule,
  tensor: Tensor,
  axis: IterVar,
  factorAxis: number,
): Tensor[] {
  const span = Span.capture();
  const stage = schedule.stage(tensor);
  const { op, reduce } = reductionOf(stage, tensor);
  leafPosition(stage, stage.state, axis);
  if (axis.iterType !== "CommReduce") {
    throw failed(stage, `${axis.name} is not a reduction axis`, noteAxis(axis));
  }
  checkCombiner(stage, op, reduce);
  const position = factorAxis >= 0 ? factorAxis : op.axis.length + 1 + factorAxis;
  if (!Number.isInteger(position) || position < 0 || position > op.axis.length) {
    throw failed(
      stage,
      `factorAxis ${factorAxis} must be a position among its ${op.axis.length} dimensions`,
    );
  }
  const touched = touchedAxes(stage, op, axis);
  const { domains, values, conditions } = factoredLoops(stage, op, touched);
  const range = domains.get(axis)!;
  if (someNode(range.extent, (node) => node.kind === "ProducerLoad")) {
    throw failed(
      stage,
      `the extent of ${axis.name} is read from a tensor, which is not possible for a dimension`,
      noteAxis(axis),
    );
  }
  if (!isZero(range.min)) {
    throw failed(stage, `${axis.name} does not begin at 0`, noteAxis(axis));
  }

  // The partial results: one more dimension, and the reduction over the remaining axes.
  const factored = new IterVar(range, axis.var_, "DataPar", "", axis.span);
  const dims = [...op.axis.slice(0, position), factored, ...op.axis.slice(position)];
  const byLoops = new Map<Var, PrimExpr>();
  for (const reduced of op.reduceAxis) {
    if (touched.has(reduced)) byLoops.set(reduced.var_, values.get(reduced)!);
  }
  const left = [
    ...op.reduceAxis.filter((reduced) => !touched.has(reduced)),
    ...stage.leafIterVars
      .filter((loop) => touched.has(loop) && loop !== axis)
      .map((loop) => loop.withDom(domains.get(loop))),
  ];
  const condition = likely(all(trueImm(), ...conditions, reduce.condition));
  const source = reduce.source.map((value) => substitute(value, byLoops));
  const guarded = substitute(condition, byLoops);
  const partialBody = source.map((value, i) => {
    if (left.length > 0) return new Reduce(reduce.combiner, source, [], left, guarded, i);
    // No axis remains to reduce over: each partial result is one value.
    return isOne(guarded) ? value : select(guarded, value, reduce.combiner.identity[i]!);
  });
  const partial = new ComputeOp({ name: `${op.name}.rf`, span }, dims, partialBody);

  const final = reducePartial(op, reduce, partial, position, axis, range, span);
  const state = stateForOperation(stage, final);
  addBeside(schedule, stage, partial, "", 0);
  stage.replaceOp(final, state);
  return [...partial.outputs];
}

function failed(stage: Stage, why: string, notes: readonly ErrorNote[] = []): UsageError {
  return new UsageError("te-rfactor", `rfactor cannot be applied to ${stage.name}: ${why}`, {
    notes: [...notes, ...noteStage(stage)],
  });
}

function reductionOf(stage: Stage, tensor: Tensor): { op: ComputeOp; reduce: Reduce } {
  const { op } = stage;
  const reduce = op.kind === "compute" ? op.body[tensor.valueIndex] : undefined;
  if (op.kind !== "compute" || reduce?.kind !== "Reduce") {
    throw failed(stage, "it is not a reduction");
  }
  return { op, reduce };
}

/** A reducer that depends on an axis cannot reduce the partial results, which have other axes. */
function checkCombiner(stage: Stage, op: ComputeOp, { combiner }: Reduce): void {
  const parts = [...combiner.result, ...combiner.identity];
  const axis = op.rootIterVars.find(({ var_ }) =>
    parts.some((part) => usesVar(part, (variable) => variable === var_)),
  );
  if (axis === undefined) return;
  throw failed(
    stage,
    `its reducer depends on axis ${axis.name}, which partial results do not have`,
    noteAxis(axis),
  );
}

/**
 * The axes from which the factored axis was made, and all axes made from those.
 * @throws UsageError when data axes are among them, or loops over data were split before.
 */
function touchedAxes(stage: Stage, op: ComputeOp, axis: IterVar): ReadonlySet<IterVar> {
  const bits = new Map([[axis, 1]]);
  passUpBits(stage, bits);
  passDownBits(stage, bits);
  const touched = new Set([...bits].filter(([, bit]) => bit !== 0).map(([each]) => each));
  const data = op.axis.find((each) => touched.has(each));
  if (data !== undefined) {
    throw failed(stage, `${axis.name} is fused with the data axis ${data.name}`, noteAxis(axis));
  }
  for (const relation of stage.relations) {
    const from = sourceAxes(relation);
    const factored = from.find((each) => touched.has(each));
    const other = from.find((each) => !touched.has(each));
    if (factored !== undefined && other !== undefined) {
      throw failed(
        stage,
        `${factored.name} is fused with ${other.name}, a part of another axis; factor first, ` +
          `then fuse`,
        noteAxis(derivedAxes(relation)[0]!),
      );
    }
    if (factored !== undefined) continue;
    const made = derivedAxes(relation)[0]!;
    const names = from.map((each) => each.name).join(" and ");
    throw failed(
      stage,
      `its loop ${names === "" ? made.name : names} was scheduled before; factor first, then ` +
        `schedule the resulting stages`,
      noteAxis(made),
    );
  }
  return touched;
}

/** Domains and values of the touched axes, and the conditions where loops exceed the domains. */
function factoredLoops(
  stage: Stage,
  op: ComputeOp,
  touched: ReadonlySet<IterVar>,
): { domains: Map<IterVar, Range>; values: Map<IterVar, PrimExpr>; conditions: PrimExpr[] } {
  const analyzer = new Analyzer();
  const domains = new Map<IterVar, Range>();
  const values = new Map<IterVar, PrimExpr>();
  const skip = new Set<IterVar>(op.axis);
  for (const axis of op.reduceAxis) {
    if (touched.has(axis)) domains.set(axis, axis.dom!);
    else skip.add(axis);
    analyzer.bind(axis.var_, axis.dom!);
  }
  passDownDomain(stage, domains, analyzer, true);
  for (const loop of stage.leafIterVars) {
    if (!touched.has(loop)) continue;
    const { min, extent } = domains.get(loop)!;
    values.set(loop, isOne(extent) ? min : loop.var_);
  }
  passUpIndex(stage, domains, values, true);
  const conditions = boundChecks(stage, domains, () => domains, values, {
    ownDomainOnly: true,
    skip,
  });
  return { domains, values, conditions };
}

/** The operation that reduces the partial results to the tensors of the stage. */
function reducePartial(
  op: ComputeOp,
  reduce: Reduce,
  partial: ComputeOp,
  position: number,
  axis: IterVar,
  range: Range,
  span: Span,
): ComputeOp {
  const variable = axis.var_.replacement({
    name: `${axis.name}.v`,
    dtype: range.extent.dtype,
    origin: { how: "rfactor", from: axis.var_ },
  });
  const over = new IterVar(range, variable, "CommReduce", "", span);
  const axes = op.axis.map((each, i) => dataAxis(`ax${i}`, each.dom!.extent, span));
  const vars = axes.map((each) => each.var_);
  const indices = [...vars.slice(0, position), over.var_, ...vars.slice(position)];
  const source = partial.outputs.map((tensor) => tensor(...indices));
  const renamed = new Map(op.axis.map((each, i) => [each.var_, vars[i]!]));
  const init = reduce.init.map((value) => substitute(value, renamed));
  const body = source.map(
    (_, i) => new Reduce(reduce.combiner, source, init, [over], trueImm(), i),
  );
  return new ComputeOp({ name: `${op.name}.repl`, span }, axes, body, op.outputs);
}
