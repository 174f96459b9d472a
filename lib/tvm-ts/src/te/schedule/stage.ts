/** A stage: how one operation is computed. Its methods are the schedule primitives. */

import { nearName, Span, UsageError } from "../../support";
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

/** By what an axis is split: the extent of the inner loop, or the number of steps of the outer. */
export type SplitBy =
  | { readonly factor: ExprLike; readonly nparts?: undefined }
  | { readonly nparts: ExprLike; readonly factor?: undefined };

/** What memory scopes begin with. */
const SCOPES = ["global", "shared", "local", "warp", "wmma", "texture"];

/** The pragmas that the compiler itself reads; targets have more, which it leaves to them. */
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
  /** @internal What the primitives replace, as a whole. */
  state: StageState;

  /** @internal */
  constructor(
    /** @internal */
    readonly schedule: Schedule,
    /** The operation as declared; `op` is what caching and factoring made of it. */
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
      throw new UsageError("te-stage", "a group of stages has no operation");
    return this.state.op;
  }
  /** @internal */
  get siblings(): readonly Stage[] {
    return this.schedule.stages;
  }
  /** Every axis there ever was, in the order they were made. */
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
  /** The maps by which `transformLayout` moves the elements of the result. */
  get layoutTransforms(): readonly IndexMap[] {
    return this.state.layoutTransforms;
  }
  /** The dimensions of the transformed layout that stand after a `te.AXIS_SEPARATOR`. */
  get axisSeparators(): readonly number[] {
    return this.state.axisSeparators;
  }
  get group(): Stage | undefined {
    return this.state.group;
  }
  /** Whether anything was asked of its loops or its place; scope and alignment do not count. */
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

  /** @internal The stage computes its tensors by another operation from now on. */
  replaceOp(op: Operation, state: StageState = this.state): void {
    const replaced = replacedAxes(state, op);
    this.state = { ...withAxes(state, replaced), op };
    this.schedule.leadTo(this, op);
    if (replaced.size > 0) this.schedule.moveAttached(this, replaced);
  }

  /** @internal */
  addChildren(count: number): void {
    this.state = { ...this.state, numChildStages: this.state.numChildStages + count };
  }

  // Loops ---------------------------------------------------------------------------------------

  /**
   * Splits an axis in two loops: `[outer, inner]`. Where the factor does not divide the extent, a
   * condition guards the rest.
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
   * Fuses neighbouring loops, outermost first, into one. Without any axis it adds a loop of one
   * step around the others.
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

  /** Puts the named loops in this order, in the places they have between them. */
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

  // Where it is computed ------------------------------------------------------------------------

  /**
   * Computes this stage inside a loop of a stage that uses it, as much as one step there needs.
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
        `${this.name} is computed at a loop of a stage; write computeAt(s.stage(T), axis)`,
      );
    }
    checkMovable(this, "computed inside another stage");
    checkOrder(this, parent);
    leafPosition(parent, parent.state, axis);
    checkGroup(this, parent);
    return this.attach({ type: "scope", stage: parent, axis, span });
  }

  /**
   * Puts the computation in place of each read of it.
   * @throws UsageError for an output, a reduction, several outputs, and what is not computed.
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
    return this.attach({ type: "inline", span: Span.capture() });
  }

  /** Computes the stage on its own, before everything that uses it: the default. */
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

  /** Where the stage is really attached, its groups looked through. */
  get attachSpec(): Stage {
    const { attach, group } = this.state;
    return attach.type === "groupRoot" && group !== undefined ? group.attachSpec : this;
  }

  // Memory --------------------------------------------------------------------------------------

  /**
   * The memory the result is kept in: `global`, `shared`, `local`, or with a suffix one of an
   * accelerator's, such as `local.acc_buffer`.
   * @throws UsageError for a scope of another name.
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

  /** Makes the stride of a dimension `k * factor + offset`, so that rows do not collide in banks. */
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
        `storageAlign of stage ${this.name}: its layout was transformed, and would need strides of ` +
          `the new one; leave out one of the two`,
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
   * Moves the elements of the result in memory: `fn` is given the indices of an element and says
   * where it lies, as one index or a list. An argument is then passed in, and an output given back,
   * in the new shape.
   *
   * The loops over a computed tensor become loops over the new layout, and are given back; of what
   * is not computed (an input, a scan) the loops stay, and the list is empty. A `te.AXIS_SEPARATOR`
   * between two indices keeps the dimensions on its two sides apart when memory is flattened.
   * @throws UsageError when the indices do not tell the elements apart and, of what is computed,
   * when there are places without an element, or its loops were split, fused or moved apart before.
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

  /** Doubles the memory, so that one half is filled while the other is used. */
  doubleBuffer(): this {
    checkMovable(this, "double buffered");
    this.state = { ...this.state, doubleBuffer: true };
    return this;
  }

  /**
   * Keeps what one step of the loop around the stage has computed for the next one, where the two
   * overlap: memory for one step is used in a circle, and nothing is computed twice. The stage is
   * computed at a loop of its consumer.
   *
   * The loops are rewritten by the pass `tvm.transforms.injectRollingBuffer`, which as in TVM has to
   * be added; without it the stage is computed anew in each step.
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

  /** Stores only where `condition` holds, for threads that would all store the same. */
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

  // How loops run -------------------------------------------------------------------------------

  /**
   * Runs a loop's steps on threads.
   * @throws UsageError when `thread` is not a thread axis, or another loop of the stage has it.
   */
  bind(axis: IterVar, thread: IterVar): this {
    const span = Span.capture();
    checkBinding(this, this.state, axis, thread);
    return this.annotate(axis, (attr) => ({ ...attr, bindThread: thread, span }));
  }

  /** Threads around a whole scan. */
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
   * Does all steps of a loop at once, as lanes of vectors.
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

  /** Writes out a loop's steps one after another. */
  unroll(axis: IterVar): this {
    return this.setLoopType(axis, "Unrolled");
  }

  /**
   * Runs a loop's steps on the cores of a processor.
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
   * Replaces everything from this loop inward by an intrinsic, which must compute the same.
   * That it does is checked when the schedule is lowered.
   */
  tensorize(axis: IterVar, intrin: TensorIntrin): this {
    const span = Span.capture();
    leafPosition(this, this.state, axis);
    if (!(intrin instanceof TensorIntrin)) {
      throw new UsageError(
        "te-tensorize",
        `stage ${this.name} is tensorized with an intrinsic made by te.declTensorIntrin`,
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
   * A remark on a loop that passes and targets understand, such as `auto_unroll_max_step`; "unroll"
   * and "vectorize" are the primitives of those names.
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
        ? `the pragma of stage ${this.name} is the tensor intrinsic ${key.name}; write ` +
          `s[${this.name}].tensorize(${axis.name}, ...) with it`
        : `a pragma of stage ${this.name} has no name`;
    return new UsageError("te-pragma", what);
  }

  /** Asks for what `tensor` is read at `offset` steps of this loop later. */
  prefetch(tensor: Tensor, axis: IterVar, offset: ExprLike): this {
    const span = Span.capture();
    leafPosition(this, this.state, axis);
    if (!isTensor(tensor)) {
      throw new UsageError(
        "te-prefetch",
        `stage ${this.name} prefetches a tensor, not ${String(tensor)}`,
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
      `splitting ${name} of stage ${stage.name} takes either { factor } or { nparts }`,
    );
  }
  return factor === undefined ? ["nparts", toExpr(nparts!)] : ["factor", toExpr(factor)];
}
