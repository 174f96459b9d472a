/** A stage: the schedule of one operation. Its methods are the schedule primitives. */

import { FEW_FRAMES, nearName, Span, UsageError } from "../../support";
import {
  isBool,
  isInteger,
  isStorageScope,
  IterVar,
  reprExpr,
  toExpr,
  type ExprLike,
  type IndexMap,
  type PrimExpr,
  type Var,
} from "../../ir";
import type { Operation } from "../operation";
import { isTensor, type Tensor } from "../tensor";
import { TensorIntrin } from "../tensor-intrin";
import { checkIterType, leafPosition, noteAxis, type StageView } from "./axis-errors";
import { transformLayout, type LayoutIndices } from "./transform-layout";
import * as loops from "./loops";
import { checkGroup, checkInlinable, checkMovable, checkOrder } from "./placement";
import type { Relation } from "./relation";
import type { Schedule } from "./schedule";
import {
  initialState,
  replacedAxes,
  withAttr,
  withAxes,
  type Attachment,
  type IterVarAttr,
  type LoopType,
  type StageState,
} from "./stage-state";
import { checkBinding, checkEnvThreads } from "./thread-binding";

/**
 * How an axis is split: `factor` is the extent of the inner loop, `nparts` that of the outer loop.
 */
export type SplitBy =
  | { readonly factor: ExprLike; readonly nparts?: undefined }
  | { readonly nparts: ExprLike; readonly factor?: undefined };

/** The prefixes of memory scopes. */
const SCOPES = ["global", "shared", "local", "warp", "wmma", "texture"];

/** The pragmas that the compiler reads. Targets may define others. */
const PRAGMAS = [
  "auto_unroll_max_step",
  "unroll_explicit",
  "loop_partition_hint",
  "debug_skip_region",
  "unroll",
  "vectorize",
];

/**
 * Made by `createSchedule`; reached with `s.stage(tensor)`.
 *
 * Every primitive throws a UsageError for an axis that is not a loop of this stage, and leaves the
 * stage as it was when it throws.
 */
export class Stage implements StageView {
  /** @internal Replaced as a whole by the primitives. */
  state: StageState;

  /** @internal */
  constructor(
    /** @internal */
    readonly schedule: Schedule,
    /** The declared operation; `op` is the current one, after caching and factoring. */
    readonly originOp: Operation | undefined,
    readonly isOutput = false,
    state: StageState = initialState(originOp),
  ) {
    this.state = state;
  }

  get name(): string {
    return this.originOp?.name ?? "group";
  }
  get op(): Operation {
    if (this.state.op === undefined)
      throw new UsageError("te-stage", "a group of stages has no operation; use one of its stages");
    return this.state.op;
  }
  /** @internal */
  get siblings(): readonly Stage[] {
    return this.schedule.stages;
  }
  /** All axes that were ever made, in order. */
  get allIterVars(): readonly IterVar[] {
    return this.state.allIterVars;
  }
  /** The loops, outermost first. */
  get leafIterVars(): readonly IterVar[] {
    return this.state.leafIterVars;
  }
  get relations(): readonly Relation[] {
    return this.state.relations;
  }
  get iterVarAttrs(): ReadonlyMap<IterVar, IterVarAttr> {
    return this.state.iterVarAttrs;
  }
  get attachment(): Attachment {
    return this.state.attach;
  }
  get scope(): string {
    return this.state.scope;
  }
  /** The maps that `transformLayout` added. */
  get layoutTransforms(): readonly IndexMap[] {
    return this.state.layoutTransforms;
  }
  /** The dimensions of the transformed layout that follow a `te.AXIS_SEPARATOR`. */
  get axisSeparators(): readonly number[] {
    return this.state.axisSeparators;
  }
  get group(): Stage | undefined {
    return this.state.group;
  }
  /** Whether a primitive changed its loops or its attachment; scope and alignment do not count. */
  get isScheduled(): boolean {
    const { relations, attach, allIterVars, leafIterVars, iterVarAttrs } = this.state;
    return (
      relations.length > 0 ||
      attach.type !== "groupRoot" ||
      allIterVars !== leafIterVars ||
      [...iterVarAttrs.values()].some((attr) => attr.span !== undefined)
    );
  }

  // For the primitives that change operations ---------------------------------------------------

  /** @internal Replaces the operation of the stage. */
  replaceOp(op: Operation, state: StageState = this.state): void {
    const replaced = replacedAxes(state, op);
    this.state = { ...withAxes(state, replaced), op };
    this.schedule.registerOperation(this, op);
    if (replaced.size > 0) this.schedule.moveAttached(this, replaced);
  }

  /** @internal */
  addChildren(count: number): void {
    this.state = { ...this.state, numChildStages: this.state.numChildStages + count };
  }

  // Loops ---------------------------------------------------------------------------------------

  /**
   * Splits an axis into two loops, `[outer, inner]`. If the factor does not divide the extent, a
   * condition guards the body.
   * @throws UsageError unless exactly one of factor and nparts is given, as a positive integer.
   * @example
   * const A = te.placeholder([100], { name: "A" });
   * const B = te.compute([100], (i) => A(i).add(1), "B");
   * const s = te.createSchedule(B.op);
   * const [outer, inner] = s.stage(B).split(B.op.axis[0], { factor: 32 });
   * outer // => iter_var(i.outer, )
   */
  split(axis: IterVar, by: SplitBy): [outer: IterVar, inner: IterVar] {
    const span = Span.capture();
    const [kind, amount] = splitAmount(this, axis, by);
    const { state, outer, inner } = loops.split(this, this.state, axis, kind, amount, span);
    this.state = state;
    return [outer, inner];
  }

  /**
   * Fuses neighbouring loops, outermost first, into one. Without axes it adds a loop of one step
   * around the others.
   * @example
   * const A = te.placeholder([8, 4], { name: "A" });
   * const B = te.compute([8, 4], (i, j) => A(i, j).add(1), "B");
   * const s = te.createSchedule(B.op);
   * s.stage(B).fuse(...B.op.axis) // => iter_var(i.j.fused, )
   */
  fuse(...axes: readonly IterVar[]): IterVar {
    const { state, fused } = loops.fuse(this, this.state, axes, Span.capture());
    this.state = state;
    return fused;
  }

  /** Puts the listed loops in this order, in the positions they occupy. */
  reorder(...order: readonly IterVar[]): this {
    this.state = loops.reorder(this, this.state, order);
    return this;
  }

  /**
   * Splits two axes and orders the loops `[xOuter, yOuter, xInner, yInner]`.
   * @example
   * const A = te.placeholder([64, 64], { name: "A" });
   * const B = te.compute([64, 64], (i, j) => A(i, j).add(1), "B");
   * const s = te.createSchedule(B.op);
   * const [io, jo, ii, ji] = s.stage(B).tile(B.op.axis[0], B.op.axis[1], 8, 16);
   * s.stage(B).leafIterVars.map((axis) => axis.var_.name) // => i.outer,j.outer,i.inner,j.inner
   */
  tile(
    x: IterVar,
    y: IterVar,
    xFactor: ExprLike,
    yFactor: ExprLike,
  ): [xOuter: IterVar, yOuter: IterVar, xInner: IterVar, yInner: IterVar] {
    const span = Span.capture();
    const first = loops.split(this, this.state, x, "factor", toExpr(xFactor), span);
    const second = loops.split(this, first.state, y, "factor", toExpr(yFactor), span);
    const order = [first.outer, second.outer, first.inner, second.inner] as const;
    this.state = loops.reorder(this, second.state, order);
    return [...order];
  }

  // Attachment ----------------------------------------------------------------------------------

  /**
   * Computes this stage inside a loop of a stage that uses it: in each step, the part that the step
   * needs.
   * @throws UsageError for an output, and when `parent` does not come after this stage.
   * @example
   * const A = te.placeholder([8, 4], { name: "A" });
   * const B = te.compute([8, 4], (i, j) => A(i, j).add(1), "B");
   * const C = te.compute([8, 4], (i, j) => B(i, j).mul(2), "C");
   * const s = te.createSchedule(C.op);
   * s.stage(B).computeAt(s.stage(C), C.op.axis[0]);
   * tvm.lower(s, [A, C], { simpleMode: true }).script().includes("T.allocate([4]") // => true
   */
  computeAt(parent: Stage, axis: IterVar): this {
    const span = Span.capture();
    if (!(parent instanceof Stage)) {
      throw new UsageError(
        "te-compute-at",
        `computeAt of ${this.name} needs a stage and one of its axes; write computeAt(s.stage(T), axis)`,
      );
    }
    checkMovable(this, "computed inside another stage");
    checkOrder(this, parent);
    leafPosition(parent, parent.state, axis);
    checkGroup(this, parent);
    return this.attach({ type: "scope", stage: parent, axis, span });
  }

  /**
   * Substitutes the computation for each read of it.
   * @throws UsageError for an output, a reduction, an operation with several outputs, and a
   * placeholder.
   * @example
   * const A = te.placeholder([8], { name: "A" });
   * const B = te.compute([8], (i) => A(i).add(1), "B");
   * const C = te.compute([8], (i) => B(i).mul(2), "C");
   * const s = te.createSchedule(C.op);
   * s.stage(B).computeInline();
   * String(tvm.lower(s, [A, C])).includes("allocate") // => false
   */
  computeInline(): this {
    checkInlinable(this);
    return this.attach({ type: "inline", span: Span.capture(FEW_FRAMES) });
  }

  /** Computes the stage at the root, before everything that uses it. This is the default. */
  computeRoot(): this {
    return this.attach({ type: "groupRoot" });
  }

  private attach(attach: Attachment): this {
    if (this.state.attach.type === "scanUpdate") {
      throw new UsageError(
        "te-compute-at",
        `${this.name} is the update of a scan; it is computed in the scan's loop`,
      );
    }
    this.state = { ...this.state, attach };
    return this;
  }

  /** The effective attachment, that of the groups around the stage included. */
  get attachSpec(): Stage {
    const { attach, group } = this.state;
    return attach.type === "groupRoot" && group !== undefined ? group.attachSpec : this;
  }

  // Memory --------------------------------------------------------------------------------------

  /**
   * Sets the memory that holds the result: `global`, `shared`, `local`, or with a suffix a memory of
   * an accelerator, such as `local.acc_buffer`.
   * @throws UsageError for a scope with another prefix.
   */
  setScope(scope: string): this {
    if (!isStorageScope(scope)) {
      const [head = "", ...tag] = String(scope).split(".");
      const near = nearName(head, SCOPES);
      throw new UsageError(
        "tir-storage-scope",
        `"${String(scope)}" is not a memory scope for stage ${this.name}; scopes begin with global, ` +
          `shared, local, warp, wmma or texture` +
          (near === undefined ? "" : `; write "${[near, ...tag].join(".")}"`),
      );
    }
    this.state = { ...this.state, scope };
    return this;
  }

  /** Makes the stride of a dimension `k * factor + offset`, to avoid bank conflicts. */
  storageAlign(axis: IterVar, factor: number, offset: number): this {
    if (!this.state.op?.axis.includes(axis)) {
      leafPosition(this, this.state, axis);
      throw new UsageError(
        "te-storage-align",
        `axis ${axis.name} is not a dimension of ${this.name}; align one of its op.axis`,
        { notes: noteAxis(axis) },
      );
    }
    if (this.layoutTransforms.length > 0) {
      throw new UsageError(
        "te-storage-align",
        `storageAlign of stage ${this.name}: its layout was transformed, so the alignment would apply to ` +
          `the strides of the new layout; leave out one of the two`,
      );
    }
    if (!Number.isInteger(factor) || factor < 1 || !Number.isInteger(offset)) {
      throw new UsageError(
        "te-storage-align",
        `storageAlign of stage ${this.name}: factor ${factor} and offset ${offset} must be ` +
          `integers, the factor at least 1`,
      );
    }
    return this.annotate(axis, (attr) => ({ ...attr, align: { factor, offset } }));
  }

  /**
   * Changes the memory layout of the result: `fn` takes the indices of an element and returns its
   * indices in the new layout, as one index or an array. Arguments and outputs then have the new
   * shape.
   *
   * The loops over a computed tensor become loops over the new layout, which are returned. For an
   * input or a scan the loops do not change, and the returned list is empty. Dimensions on the two
   * sides of a `te.AXIS_SEPARATOR` are not flattened together.
   * @throws UsageError when two elements would have the same indices. For a computed tensor also when
   * positions of the new layout have no element, or its loops were split, fused or separated before.
   * @example
   * const A = te.placeholder([16], { name: "A" });
   * const B = te.compute([16], (i) => A(i).add(1), "B");
   * const s = te.createSchedule(B.op);
   * const [outer] = s.stage(B).transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
   * s.stage(B).parallel(outer).leafIterVars.map((axis) => axis.name) // => axis0,axis1
   */
  transformLayout(fn: (...indices: Var[]) => LayoutIndices): readonly IterVar[] {
    const { state, axes } = transformLayout(this, this.state, fn, Span.capture());
    this.state = state;
    return axes;
  }

  /** Doubles the memory: one half is written while the other half is read. */
  doubleBuffer(): this {
    checkMovable(this, "double buffered");
    this.state = { ...this.state, doubleBuffer: true };
    return this;
  }

  /**
   * Keeps the elements that one step of the loop around the stage shares with the next step in a
   * circular buffer, so that no element is computed twice. The stage must be computed at a loop of its
   * consumer.
   *
   * The pass `tvm.transforms.injectRollingBuffer` rewrites the loops. As in TVM it must be added to
   * the pipeline; without it each step computes the whole part again.
   * @throws UsageError for an output, and for a placeholder.
   * @example
   * const A = te.placeholder([34], { name: "A" });
   * const B = te.compute([34], (i) => A(i).mul(2), "B");
   * const C = te.compute([32], (i) => B(i).add(B(i.add(2))), "C");
   * const s = te.createSchedule(C.op);
   * s.stage(B).computeAt(s.stage(C), C.op.axis[0]).rollingBuffer();
   * const config = { "tir.add_lower_pass": [[0, tvm.transforms.injectRollingBuffer]] };
   * const context = new tvm.PassContext({ config });
   * String(tvm.lower(s, [A, C], { context })).includes("floormod(i, 3)") // => true
   */
  rollingBuffer(): this {
    checkMovable(this, "a rolling buffer");
    this.state = { ...this.state, rollingBuffer: Span.capture() };
    return this;
  }

  /** Stores only if the predicate holds, for threads that would all store the same value. */
  setStorePredicate(condition: ExprLike): this {
    const predicate = toExpr(condition);
    if (!isBool(predicate.dtype)) {
      throw new UsageError(
        "tir-condition",
        `the store predicate of stage ${this.name} is ${reprExpr(predicate)} of type ` +
          `${predicate.dtype}; write a condition, such as i.eq(0)`,
      );
    }
    this.state = { ...this.state, storePredicate: predicate };
    return this;
  }

  // Loop execution ------------------------------------------------------------------------------

  /**
   * Runs the steps of a loop on threads.
   * @throws UsageError when `thread` is not a thread axis, or is bound to another loop of the stage.
   */
  bind(axis: IterVar, thread: IterVar): this {
    const span = Span.capture();
    checkBinding(this, this.state, axis, thread);
    return this.annotate(axis, (attr) => ({ ...attr, bindThread: thread, span }));
  }

  /** Launches threads around a whole scan. */
  envThreads(threads: IterVar | readonly IterVar[]): this {
    const list = threads instanceof IterVar ? [threads] : threads;
    checkEnvThreads(this, this.state, list);
    this.state = {
      ...this.state,
      envThreads: list,
      leafIterVars: [...list, ...this.state.leafIterVars],
      allIterVars: [...this.state.allIterVars, ...list],
    };
    return this;
  }

  /**
   * Computes all steps of a loop at once, as lanes of vectors.
   * @throws UsageError for a reduction axis.
   * @example
   * const A = te.placeholder([64], { name: "A", dtype: "int32" });
   * const B = te.compute([64], (i) => A(i).add(1), "B");
   * const s = te.createSchedule(B.op);
   * const [, inner] = s.stage(B).split(B.op.axis[0], { factor: 4 });
   * s.stage(B).vectorize(inner);
   * String(tvm.lower(s, [A, B])).includes("broadcast(1, 4)") // => true
   */
  vectorize(axis: IterVar): this {
    return this.markLoop(axis, "Vectorized", "vectorized");
  }

  /** Unrolls a loop. */
  unroll(axis: IterVar): this {
    return this.setLoopType(axis, "Unrolled");
  }

  /**
   * Runs the steps of a loop on the cores of a processor.
   * @throws UsageError for a reduction axis, whose steps change the same elements; see `rfactor`.
   */
  parallel(axis: IterVar): this {
    return this.markLoop(axis, "Parallelized", "run in parallel");
  }

  private markLoop(axis: IterVar, type: LoopType, what: string): this {
    leafPosition(this, this.state, axis);
    checkIterType(this, this.state, axis, ["DataPar", "Opaque"], what);
    return this.setLoopType(axis, type);
  }

  private setLoopType(axis: IterVar, iterType: LoopType): this {
    const span = Span.capture();
    leafPosition(this, this.state, axis);
    return this.annotate(axis, (attr) => ({ ...attr, iterType, span }));
  }

  /**
   * Replaces this loop and the loops inside it by an intrinsic, which must compute the same. Lowering
   * checks this.
   */
  tensorize(axis: IterVar, intrin: TensorIntrin): this {
    const span = Span.capture();
    leafPosition(this, this.state, axis);
    if (!(intrin instanceof TensorIntrin)) {
      throw new UsageError(
        "te-tensorize",
        `tensorize of stage ${this.name} needs an intrinsic made by te.declTensorIntrin`,
      );
    }
    return this.annotate(axis, (attr) => ({
      ...attr,
      iterType: "Tensorized",
      tensorIntrin: intrin,
      span,
    }));
  }

  /**
   * An attribute of a loop for passes and targets, such as `auto_unroll_max_step`. "unroll" and
   * "vectorize" call the primitives of those names.
   */
  pragma(axis: IterVar, key: string, value?: ExprLike | string): this {
    if (key === "unroll") return this.unroll(axis);
    if (key === "vectorize") return this.vectorize(axis);
    const span = Span.capture();
    leafPosition(this, this.state, axis);
    if (typeof key !== "string" || key === "") throw this.badPragma(axis, key);
    const near = nearName(key, PRAGMAS);
    if (near !== undefined) {
      throw new UsageError(
        "te-pragma",
        `"${key}" is not a pragma of stage ${this.name}; write "${near}"`,
      );
    }
    const given = typeof value === "boolean" ? Number(value) : value;
    const pragma = { key, value: given === undefined ? undefined : toExpr(given), span };
    return this.annotate(axis, (attr) => ({ ...attr, pragmas: [...attr.pragmas, pragma], span }));
  }

  private badPragma(axis: IterVar, key: unknown): UsageError {
    const what =
      key instanceof TensorIntrin
        ? `the pragma of stage ${this.name} must be a string, not the tensor intrinsic ${key.name}; write ` +
          `s[${this.name}].tensorize(${axis.name}, ...)`
        : `a pragma of stage ${this.name} needs a name, such as "auto_unroll_max_step"`;
    return new UsageError("te-pragma", what);
  }

  /** Prefetches the elements of `tensor` that are read `offset` steps of this loop later. */
  prefetch(tensor: Tensor, axis: IterVar, offset: ExprLike): this {
    const span = Span.capture();
    leafPosition(this, this.state, axis);
    if (!isTensor(tensor)) {
      throw new UsageError(
        "te-prefetch",
        `prefetch of stage ${this.name} needs a tensor, not ${String(tensor)}`,
      );
    }
    this.schedule.stage(tensor);
    const prefetch = { tensor, offset: toExpr(offset), span };
    if (!isInteger(prefetch.offset.dtype)) {
      throw new UsageError(
        "te-prefetch",
        `stage ${this.name} prefetches ${tensor.name} some steps of ${axis.name} ahead, which is an ` +
          `integer, not ${reprExpr(prefetch.offset)}`,
      );
    }
    return this.annotate(axis, (attr) => ({
      ...attr,
      prefetches: [...attr.prefetches, prefetch],
      span,
    }));
  }

  private annotate(axis: IterVar, change: (attr: IterVarAttr) => IterVarAttr): this {
    this.state = withAttr(this.state, axis, change);
    return this;
  }

  /** `stage(C, compute(C, body=[...], ...))`, as the reference writes it. */
  toString(): string {
    if (this.originOp === undefined) return "group-stage";
    return `stage(${this.name}, ${this.op.toString()})`;
  }
}

function splitAmount(
  stage: Stage,
  axis: IterVar,
  by: SplitBy | undefined,
): ["factor" | "nparts", PrimExpr] {
  const { factor, nparts } = by ?? {};
  if ((factor === undefined) === (nparts === undefined)) {
    const name = axis instanceof IterVar ? axis.name : "an axis";
    throw new UsageError(
      "te-split-factor",
      `split of ${name} of stage ${stage.name} needs either { factor } or { nparts }`,
    );
  }
  return factor === undefined ? ["nparts", toExpr(nparts!)] : ["factor", toExpr(factor)];
}
