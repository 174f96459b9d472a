/**
 * Operations, which compute tensors. They are immutable; a schedule replaces an operation by another
 * that reads other tensors.
 */

import { plural, UsageError, type Span } from "../support";
import {
  mapArray,
  mutate,
  postOrderVisit,
  reprExpr,
  ProducerLoad,
  Reduce,
  reprList,
  structuralEqual,
  type Buffer,
  type DataType,
  type IterVar,
  type PrimExpr,
  type Range,
  type Rewritten,
  type Stmt,
} from "../ir";
import { Tensor } from "./tensor";
import type { TensorIntrin } from "./tensor-intrin";

/** Attributes of an operation, for libraries and passes. */
export type OperationAttrs = Readonly<Record<string, unknown>>;

/** The replacement of each tensor that an operation no longer reads. */
export type TensorMap = ReadonlyMap<Tensor, Tensor>;

export interface OperationInfo {
  readonly name: string;
  readonly tag?: string | undefined;
  readonly attrs?: OperationAttrs | undefined;
  /** The line that declared it. */
  readonly span?: Span | undefined;
}

abstract class BaseOperation {
  abstract readonly kind: string;
  readonly name: string;
  /** `elemwise`, `broadcast`, ... : the kind of computation, for automatic schedules. */
  readonly tag: string;
  readonly attrs: OperationAttrs;
  readonly span: Span | undefined;
  abstract readonly outputs: readonly Tensor[];
  /** The tensors it reads, in the order it first reads them. */
  abstract readonly inputTensors: readonly Tensor[];
  /** The axes of its outputs; empty for operations that are not computed along axes. */
  readonly axis: readonly IterVar[] = [];
  /** The axes it reduces over. */
  readonly reduceAxis: readonly IterVar[] = [];
  /** The axes of an unscheduled stage: the data axes, then the reduction axes. */
  abstract readonly rootIterVars: readonly IterVar[];

  constructor(info: OperationInfo) {
    this.name = info.name;
    this.tag = info.tag ?? "";
    this.attrs = info.attrs ?? {};
    this.span = info.span;
  }

  get numOutputs(): number {
    return this.outputs.length;
  }

  /** @throws UsageError when there is no such output. */
  output(index: number): Tensor {
    const tensor = this.outputs[index];
    if (tensor === undefined) {
      throw new UsageError(
        "te-compute",
        `${this.name} has no output ${index}; it has ${plural(this.numOutputs, "output")}, counted from 0`,
      );
    }
    return tensor;
  }

  info(): OperationInfo {
    return { name: this.name, tag: this.tag, attrs: this.attrs, span: this.span };
  }

  /**
   * An operation that replaces another in a schedule has the same output tensors, so operations that
   * read them need no change; a tensor's `op` is the declared operation.
   */
  protected makeOutputs(
    types: readonly { readonly shape: readonly PrimExpr[]; readonly dtype: DataType }[],
    same?: readonly Tensor[],
  ): readonly Tensor[] {
    if (same !== undefined) return same;
    return types.map(({ shape, dtype }, i) => {
      const name = types.length === 1 ? this.name : `${this.name}.v${i}`;
      return new Tensor(this as unknown as Operation, i, shape, dtype, name);
    });
  }

  toString(): string {
    return `${this.kind}(${this.name})`;
  }
}

/** Data that the caller passes. */
export class PlaceholderOp extends BaseOperation {
  readonly kind = "placeholder";
  readonly outputs: readonly Tensor[];
  readonly inputTensors: readonly Tensor[] = [];
  readonly rootIterVars: readonly IterVar[] = [];

  constructor(
    info: OperationInfo,
    readonly shape: readonly PrimExpr[],
    readonly dtype: DataType,
  ) {
    super(info);
    this.outputs = this.makeOutputs([this]);
  }
}

/** One expression for each output, over the axes of the output. */
export class ComputeOp extends BaseOperation {
  readonly kind = "compute";
  override readonly reduceAxis: readonly IterVar[];
  readonly outputs: readonly Tensor[];
  readonly rootIterVars: readonly IterVar[];
  private readsFound: ReadonlyMap<Tensor, readonly ProducerLoad[]> | undefined;
  private inputsFound: readonly Tensor[] | undefined;

  /**
   * @throws UsageError when a reduction is a part of a larger body, or the bodies have different
   * reductions.
   */
  constructor(
    info: OperationInfo,
    override readonly axis: readonly IterVar[],
    readonly body: readonly PrimExpr[],
    outputs?: readonly Tensor[],
  ) {
    super(info);
    checkReductions(this);
    this.reduceAxis = body[0]!.kind === "Reduce" ? body[0].axis : [];
    this.rootIterVars = [...axis, ...this.reduceAxis];
    const shape = axis.map((iv) => iv.dom!.extent);
    const types = body.map((expr) => ({ shape, dtype: expr.dtype }));
    this.outputs = this.makeOutputs(types, outputs);
  }

  /** Every read in the bodies, grouped by the tensor. */
  get reads(): ReadonlyMap<Tensor, readonly ProducerLoad[]> {
    this.readsFound ??= readsIn(this.body);
    return this.readsFound;
  }

  get inputTensors(): readonly Tensor[] {
    this.inputsFound ??= [...this.reads.keys()];
    return this.inputsFound;
  }

  /** An operation with the same outputs and other bodies; the same object if no body differs. */
  withBody(body: readonly PrimExpr[]): ComputeOp {
    if (body === this.body) return this;
    return new ComputeOp(this.info(), this.axis, body, this.outputs);
  }

  /** The operation reading other tensors; the same object if it reads none of those replaced. */
  replaceInputs(map: TensorMap): ComputeOp {
    if (!this.inputTensors.some((tensor) => map.has(tensor))) return this;
    return this.withBody(mapBodies(this.body, (expr) => replaceTensors(expr, map)));
  }

  override toString(): string {
    const axes = (list: readonly IterVar[]): string => `[${list.join(", ")}]`;
    return (
      `compute(${this.name}, body=${reprList(this.body)}, axis=${axes(this.axis)}, ` +
      `reduce_axis=${axes(this.reduceAxis)}, tag=${this.tag}, attrs=${attrsText(this.attrs)})`
    );
  }
}

/** A state that each step computes from earlier steps, along the first dimension. */
export class ScanOp extends BaseOperation {
  readonly kind = "scan";
  readonly outputs: readonly Tensor[];
  readonly inputTensors: readonly Tensor[];
  readonly rootIterVars: readonly IterVar[];

  constructor(
    info: OperationInfo,
    readonly scanAxis: IterVar,
    /** The other dimensions of the outputs, one output after another. */
    readonly spatialAxis: readonly IterVar[],
    readonly init: readonly Tensor[],
    readonly update: readonly Tensor[],
    readonly statePlaceholder: readonly Tensor[],
    readonly inputs: readonly Tensor[],
    outputs?: readonly Tensor[],
  ) {
    super(info);
    this.inputTensors = [...init, ...update];
    this.rootIterVars = [scanAxis, ...spatialAxis];
    this.outputs = this.makeOutputs(statePlaceholder, outputs);
  }

  replaceInputs(map: TensorMap): ScanOp {
    const init = mapArray(this.init, (tensor) => map.get(tensor) ?? tensor);
    const update = mapArray(this.update, (tensor) => map.get(tensor) ?? tensor);
    if (init === this.init && update === this.update) return this;
    return new ScanOp(
      this.info(),
      this.scanAxis,
      this.spatialAxis,
      init,
      update,
      this.statePlaceholder,
      this.inputs,
      this.outputs,
    );
  }
}

/** Statements written by hand, usually calls of external functions. */
export class ExternOp extends BaseOperation {
  readonly kind = "extern";
  readonly outputs: readonly Tensor[];
  readonly rootIterVars: readonly IterVar[] = [];

  constructor(
    info: OperationInfo,
    readonly inputTensors: readonly Tensor[],
    readonly inputPlaceholders: readonly Buffer[],
    readonly outputPlaceholders: readonly Buffer[],
    readonly body: Stmt,
    outputs?: readonly Tensor[],
  ) {
    super(info);
    this.outputs = this.makeOutputs(outputPlaceholders, outputs);
  }

  replaceInputs(map: TensorMap): ExternOp {
    const inputs = mapArray(this.inputTensors, (tensor) => map.get(tensor) ?? tensor);
    const body = replaceTensors(this.body, map);
    if (inputs === this.inputTensors && body === this.body) return this;
    return new ExternOp(
      this.info(),
      inputs,
      this.inputPlaceholders,
      this.outputPlaceholders,
      body,
      this.outputs,
    );
  }
}

/** A tensor intrinsic applied to regions of tensors, for each value of the first axes. */
export class TensorComputeOp extends BaseOperation {
  readonly kind = "tensor_compute_op";
  readonly outputs: readonly Tensor[];
  readonly rootIterVars: readonly IterVar[];

  constructor(
    info: OperationInfo,
    override readonly axis: readonly IterVar[],
    override readonly reduceAxis: readonly IterVar[],
    /** The number of axes that are loops; the intrinsic covers the other axes. */
    readonly schedulableNdim: number,
    readonly intrin: TensorIntrin,
    readonly inputTensors: readonly Tensor[],
    readonly inputRegions: readonly (readonly Range[])[],
    readonly scalarInputs: readonly PrimExpr[],
    outputs?: readonly Tensor[],
  ) {
    super(info);
    this.rootIterVars = [...axis, ...reduceAxis];
    const shape = axis.map((iv) => iv.dom!.extent);
    const buffers = intrin.buffers.slice(inputTensors.length);
    this.outputs = this.makeOutputs(
      buffers.map(({ dtype }) => ({ shape, dtype })),
      outputs,
    );
  }

  replaceInputs(map: TensorMap): TensorComputeOp {
    const inputs = mapArray(this.inputTensors, (tensor) => map.get(tensor) ?? tensor);
    if (inputs === this.inputTensors) return this;
    return new TensorComputeOp(
      this.info(),
      this.axis,
      this.reduceAxis,
      this.schedulableNdim,
      this.intrin,
      inputs,
      this.inputRegions,
      this.scalarInputs,
      this.outputs,
    );
  }
}

export type Operation = PlaceholderOp | ComputeOp | ScanOp | ExternOp | TensorComputeOp;

/** Whether a value of unknown origin is an operation. */
export function isOperation(value: unknown): value is Operation {
  return value instanceof BaseOperation;
}

/** The operation reading other tensors; the same object if it reads none of those replaced. */
export function replaceInputs(op: Operation, map: TensorMap): Operation {
  return op.kind === "placeholder" ? op : op.replaceInputs(map);
}

// Bodies ----------------------------------------------------------------------------------------

/**
 * Rewrites every body. The components of one reduction are rewritten together, so that they still
 * share everything but `valueIndex`.
 */
export function mapBodies(
  bodies: readonly PrimExpr[],
  rewrite: (body: PrimExpr) => PrimExpr,
): readonly PrimExpr[] {
  const first = bodies[0]!;
  if (first.kind !== "Reduce") return mapArray(bodies, rewrite);
  const mapped = rewrite(first);
  if (mapped === first || mapped.kind !== "Reduce") return mapped === first ? bodies : [mapped];
  return bodies.map((_, i) => componentOf(mapped, i));
}

/** Component `valueIndex` of the reduction that `reduce` is a component of. */
function componentOf(reduce: Reduce, valueIndex: number): Reduce {
  if (reduce.valueIndex === valueIndex) return reduce;
  const { combiner, source, init, axis, condition, span } = reduce;
  return new Reduce(combiner, source, init, axis, condition, valueIndex, span);
}

/** The reads in `bodies`, by tensor; tensors and reads in the order in which they first occur. */
function readsIn(bodies: readonly PrimExpr[]): ReadonlyMap<Tensor, readonly ProducerLoad[]> {
  const reads = new Map<Tensor, Set<ProducerLoad>>();
  for (const body of bodies) {
    postOrderVisit(body, (node) => {
      if (node.kind !== "ProducerLoad") return;
      const tensor = node.producer as Tensor;
      const existing = reads.get(tensor);
      if (existing === undefined) reads.set(tensor, new Set([node]));
      else existing.add(node);
    });
  }
  return new Map([...reads].map(([tensor, loads]) => [tensor, [...loads]]));
}

function replaceTensors<N extends PrimExpr | Stmt>(node: N, map: TensorMap): Rewritten<N> {
  return mutate(node, {
    ProducerLoad(load, recur) {
      const inner = recur.children(load);
      const tensor = map.get(load.producer as Tensor);
      return tensor === undefined ? inner : new ProducerLoad(tensor, inner.indices, load.span);
    },
  });
}

function checkReductions(op: ComputeOp): void {
  const [first, ...others] = op.body;
  for (const body of op.body) {
    postOrderVisit(body, (node) => {
      if (node.kind !== "Reduce" || node === body) return;
      throw new UsageError(
        "te-reduction-place",
        `the reduction in ${op.name} is part of a larger expression; compute it in a separate ` +
          `tensor and read that`,
        { span: op.span },
      );
    });
  }
  if (others.every((body) => sameReduction(first!, body))) return;
  throw new UsageError(
    "te-reduction-place",
    `the ${op.body.length} outputs of ${op.name} must be the components of one reduction, or contain ` +
      `no reduction`,
    { span: op.span },
  );
}

function sameReduction(a: PrimExpr, b: PrimExpr): boolean {
  if (a.kind !== "Reduce" || b.kind !== "Reduce") return a.kind !== "Reduce" && b.kind !== "Reduce";
  const same = <T>(x: readonly T[], y: readonly T[]): boolean =>
    x === y || (x.length === y.length && x.every((element, i) => element === y[i]));
  return (
    a.combiner === b.combiner &&
    same(a.source, b.source) &&
    same(a.axis, b.axis) &&
    same(a.init, b.init) &&
    structuralEqual(a.condition, b.condition)
  );
}

/** `{"key": value}`, as the reference writes a dictionary. */
function attrsText(attrs: OperationAttrs): string {
  const entries = Object.entries(attrs).map(([key, value]) => `"${key}": ${attrText(value)}`);
  return `{${entries.join(", ")}}`;
}

function attrText(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (Array.isArray(value)) return `[${value.map(attrText).join(", ")}]`;
  if (isExprLike(value)) return reprExpr(value);
  return String(value);
}

function isExprLike(value: unknown): value is PrimExpr {
  return typeof value === "object" && value !== null && "kind" in value && "dtype" in value;
}
