/** Copies of tensors in other memories: `cacheRead` and `cacheWrite`. */

import { plural, Span, UsageError } from "../../support";
import { Analyzer } from "../../arith";
import {
  all,
  CommReducer,
  isStorageScope,
  IterVar,
  mapArray,
  Range,
  Reduce,
  select,
  substitute,
  update,
  Var,
  zero,
  type PrimExpr,
} from "../../ir";
import { computeTensor } from "../declare";
import { ComputeOp, mapBodies, replaceInputs, TensorComputeOp, type Operation } from "../operation";
import type { Tensor } from "../tensor";
import { boundChecks } from "./bound-checks";
import { isScanState } from "./graph";
import { passDownDomain, passDownIndex, passUpIndex } from "./message-passing";
import type { Schedule } from "./schedule";
import { Stage } from "./stage";
import { initialState, type StageState } from "./stage-state";

/** Makes `readers` read a copy of `tensor` kept in `scope`; see `Schedule.cacheRead`. */
export function cacheRead(
  schedule: Schedule,
  tensor: Tensor,
  scope: string,
  readers: readonly (Tensor | Operation)[],
): Tensor {
  const span = Span.capture();
  const stage = schedule.stage(tensor);
  checkScope("cacheRead", tensor, scope);
  if (readers.length === 0) {
    throw new UsageError(
      "te-cache",
      `cacheRead of ${tensor.name} needs at least one reader of the copy; name the stages that read it`,
    );
  }
  const name = cacheName(schedule, tensor, scope);
  const copy = computeTensor(tensor.shape, (axes) => tensor(...axes), { name, span });
  const map = new Map([[tensor, copy]]);
  const changes = [...new Set(readers.map((reader) => schedule.stage(reader)))].map((target) => {
    const op = replaceInputs(target.op, map);
    if (op !== target.op) return { target, op };
    throw new UsageError(
      "te-cache",
      `${target.name} does not read ${tensor.name}, so it cannot read its copy; name stages that ` +
        `read it`,
      {
        notes: [{ text: `${target.name} was declared here`, span: target.op.span }],
      },
    );
  });
  for (const { target, op } of changes) target.replaceOp(op);
  // A copy of a scan's state is made in each step that reads the state.
  const { group } = isScanState(schedule, tensor) ? changes[0]!.target.state : stage.state;
  addBeside(schedule, stage, copy.op, scope, 1, group);
  return copy;
}

function checkScope(primitive: string, tensor: Tensor, scope: string): void {
  if (isStorageScope(scope)) return;
  throw new UsageError(
    "tir-storage-scope",
    `${primitive} of ${tensor.name}: "${String(scope)}" is not a memory scope; scopes begin with global, ` +
      `shared, local, warp, wmma or texture`,
  );
}

/** `A.shared`; further copies are named `A.d.shared`, `A.d.d.shared` and so on. */
function cacheName(schedule: Schedule, tensor: Tensor, scope: string): string {
  const taken = new Set(schedule.stages.map((stage) => stage.op.name));
  const { op } = schedule.stage(tensor);
  let base = op.numOutputs === 1 ? op.name : `${op.name}.v${tensor.valueIndex}`;
  while (taken.has(`${base}.${scope}`)) base += ".d";
  return `${base}.${scope}`;
}

/**
 * Adds a stage for `op`, `distance` places after `stage`, to the group of `stage` or to another group.
 */
export function addBeside(
  schedule: Schedule,
  stage: Stage,
  op: Operation,
  scope: string,
  distance: 0 | 1,
  group = stage.state.group,
): Stage {
  const added = new Stage(schedule, op, false, { ...initialState(op), scope, group });
  schedule.insertStage(added, schedule.stages.indexOf(stage) + distance);
  group?.addChildren(1);
  return added;
}

/** Computes `tensors` in `scope` first; see `Schedule.cacheWrite`. */
export function cacheWrite(
  schedule: Schedule,
  tensors: readonly Tensor[],
  scope: string,
): Tensor[] {
  const span = Span.capture();
  const first = tensors[0];
  if (first === undefined) throw new UsageError("te-cache", "cacheWrite needs at least one tensor");
  const stage = schedule.stage(first);
  const { op } = stage;
  checkScope("cacheWrite", first, scope);
  if (op.kind !== "compute" && op.kind !== "tensor_compute_op") {
    throw new UsageError(
      "te-cache",
      `cacheWrite needs a computed tensor, but ${first.name} is a ${op.kind}, which is not written ` +
        `element by element`,
      { notes: [{ text: `${first.name} was declared here`, span: op.span }] },
    );
  }
  if (
    tensors.length !== op.numOutputs ||
    tensors.some((tensor) => schedule.stage(tensor) !== stage)
  ) {
    throw new UsageError(
      "te-cache",
      `cacheWrite gets ${plural(tensors.length, "tensor")} of ${op.name}, which has ` +
        `${plural(op.numOutputs, "output")}; pass all of them together`,
      { notes: [{ text: `${op.name} was declared here`, span: op.span }] },
    );
  }
  const relaid = new Relayout(stage, op);
  const cached =
    op.kind === "compute" ? relaid.compute(op, scope, span) : relaid.intrinsic(op, scope, span);
  const copies = cached.outputs.map((tensor) => tensor(...relaid.indices));
  const copying = new ComputeOp(op.info(), relaid.copyAxis, copies, op.outputs);
  stage.replaceOp(copying, stateForOperation(stage, copying));
  addBeside(schedule, stage, cached, scope, 0);
  return [...cached.outputs];
}

/**
 * The state of a stage whose operation becomes `op`. It keeps the attachment, the memory, and the
 * attributes of the axes that `op` still has.
 * @throws UsageError when a loop that `op` does not have was bound to a thread.
 */
export function stateForOperation(stage: Stage, op: Operation): StageState {
  const { iterVarAttrs, attach, scope, doubleBuffer, group, storePredicate } = stage.state;
  const { rollingBuffer, layoutTransforms, axisSeparators } = stage.state;
  for (const [axis, { bindThread, span }] of iterVarAttrs) {
    if (bindThread === undefined || op.rootIterVars.includes(axis)) continue;
    throw new UsageError(
      "te-bind",
      `stage ${stage.name} gets new loops, but ${axis.name} is already bound to ` +
        `${bindThread.threadTag}; bind loops afterwards`,
      { notes: [{ text: `${axis.name} was bound here`, span }] },
    );
  }
  return {
    ...initialState(op),
    iterVarAttrs: new Map([...iterVarAttrs].filter(([axis]) => op.rootIterVars.includes(axis))),
    attach,
    scope,
    doubleBuffer,
    rollingBuffer,
    layoutTransforms,
    axisSeparators,
    group,
    storePredicate,
  };
}

/**
 * Rewrites an operation over the current loops of its stage. If its axes were split by 8, element
 * `[yo, xo, yi, xi]` of the copy is element `[yo * 8 + yi, xo * 8 + xi]` of the tensor.
 */
class Relayout {
  /** The data axes of the copy. */
  private readonly axis: IterVar[] = [];
  /** The indices in the copy of an element of the tensor. */
  readonly indices: PrimExpr[];
  /** The axes of the stage that copies back. */
  readonly copyAxis: readonly IterVar[];
  private readonly domains = new Map<IterVar, Range>();
  /** The operation's axes in terms of the loops' variables. */
  private readonly byLoops = new Map<Var, PrimExpr>();
  private readonly renamed = new Map<Var, PrimExpr>();
  private readonly conditions: PrimExpr[];

  constructor(
    private readonly stage: Stage,
    op: ComputeOp | TensorComputeOp,
  ) {
    const analyzer = new Analyzer();
    for (const axis of op.axis) {
      this.domains.set(axis, axis.dom!);
      analyzer.bind(axis.var_, axis.dom!);
    }
    passDownDomain(stage, this.domains, analyzer, true);
    const reduced = new Set(op.reduceAxis);
    const loops = stage.leafIterVars.filter((loop) => !reduced.has(loop));
    const values = new Map<IterVar, PrimExpr>();
    for (const loop of loops) {
      if (loop.iterType !== "DataPar") throw this.splitReduction(loop);
      const axis = new IterVar(this.domains.get(loop), cachedVar(loop), "DataPar", "", loop.span);
      this.axis.push(axis);
      values.set(loop, loop.var_);
      this.renamed.set(loop.var_, axis.var_);
    }
    passUpIndex(stage, this.domains, values, true);
    this.conditions = boundChecks(stage, this.domains, () => this.domains, values, {
      ownDomainOnly: true,
      skip: reduced,
    });
    for (const axis of op.axis) {
      const value = values.get(axis);
      if (value !== undefined) this.byLoops.set(axis.var_, value);
    }
    const loopNdim = op.kind === "compute" ? op.axis.length : op.schedulableNdim;
    this.copyAxis = op.axis.map((axis, i) =>
      i < loopNdim ? axis : new IterVar(axis.dom, axis.var_, "DataPar", "", axis.span),
    );
    this.indices = this.readerIndices(loops, op.axis.slice(loopNdim));
  }

  private splitReduction(loop: IterVar): UsageError {
    return new UsageError(
      "te-cache",
      `call cacheWrite of ${this.stage.name} before its reduction axes are split or fused; ` +
        `${loop.name} is already a loop`,
      { notes: [{ text: `axis ${loop.name} was made here`, span: loop.span }] },
    );
  }

  private readerIndices(loops: readonly IterVar[], inside: readonly IterVar[]): PrimExpr[] {
    const values = new Map<IterVar, PrimExpr>();
    for (const axis of this.stage.op.axis) values.set(axis, axis.var_);
    passDownIndex(this.stage, this.domains, values, true);
    return [...loops.map((loop) => values.get(loop)!), ...inside.map((axis) => axis.var_)];
  }

  compute(op: ComputeOp, scope: string, span: Span): ComputeOp {
    const body = mapBodies(op.body, (expr) =>
      substituteBody(this.guarded(substituteBody(expr, this.byLoops)), this.renamed),
    );
    return new ComputeOp({ ...op.info(), name: `${op.name}.${scope}`, span }, this.axis, body);
  }

  /** The body with conditions: outside the data it is zero, or left out of a reduction. */
  private guarded(body: PrimExpr): PrimExpr {
    if (this.conditions.length === 0) return body;
    if (body.kind !== "Reduce") return select(all(...this.conditions), body, zero(body.dtype));
    const { combiner, source, init, axis, valueIndex } = body;
    const condition = all(body.condition, ...this.conditions);
    return new Reduce(combiner, source, init, axis, condition, valueIndex);
  }

  intrinsic(op: TensorComputeOp, scope: string, span: Span): TensorComputeOp {
    const inside = op.axis.slice(op.schedulableNdim).map((axis) => {
      return new IterVar(axis.dom, cachedVar(axis), axis.iterType, "", axis.span);
    });
    return new TensorComputeOp(
      { ...op.info(), name: `${op.name}.${scope}`, span },
      [...this.axis, ...inside],
      op.reduceAxis,
      op.schedulableNdim,
      op.intrin,
      op.inputTensors,
      op.inputRegions.map((region) => region.map((range) => this.renamedRange(range))),
      op.scalarInputs.map((scalar) => substitute(scalar, this.renamed)),
    );
  }

  private renamedRange(range: Range): Range {
    return new Range(substitute(range.min, this.renamed), substitute(range.extent, this.renamed));
  }
}

/** The body with variables replaced, also inside a user-defined combiner. */
function substituteBody(body: PrimExpr, values: ReadonlyMap<Var, PrimExpr>): PrimExpr {
  const inner = substitute(body, values);
  if (inner.kind !== "Reduce") return inner;
  const { lhs, rhs } = inner.combiner;
  const result = mapArray(inner.combiner.result, (value) => substitute(value, values));
  const identity = mapArray(inner.combiner.identity, (value) => substitute(value, values));
  if (result === inner.combiner.result && identity === inner.combiner.identity) return inner;
  return update(inner, { combiner: new CommReducer(lhs, rhs, result, identity) });
}

/** The variable of a loop of the copy. */
function cachedVar({ name, var_ }: IterVar): Var {
  return var_.replacement({ name: `${name}.c`, origin: { how: "cache", from: var_ } });
}
