/**
 * Tensor intrinsics: hardware instructions and library calls that compute a small tensor at once,
 * declared by a computation and the statements that perform it.
 */

import { Span, UsageError } from "../support";
import {
  declBuffer,
  Evaluate,
  isExpr,
  isStmt,
  IterVar,
  toExpr,
  type Buffer,
  type BufferOptions,
  type ExprLike,
  type PrimExpr,
  type Range,
  type Stmt,
  type Var,
} from "../ir";
import { isOperation, type Operation } from "./operation";
import { isTensor, TensorSlice, type Tensor } from "./tensor";

/** What an intrinsic's function may return: a statement, or a call evaluated for its effect. */
export type IntrinBody = Stmt | PrimExpr;

/**
 * The statements that an intrinsic's function returns: the body alone, or for reductions `[body,
 * reduceInit, reduceUpdate]`, any of which may be `null`.
 */
export type IntrinBodies =
  | IntrinBody
  | readonly [
      body: IntrinBody | null,
      reduceInit?: IntrinBody | null,
      reduceUpdate?: IntrinBody | null,
    ];

export class TensorIntrin {
  constructor(
    readonly name: string,
    /** The computation that the intrinsic performs. */
    readonly op: Operation,
    readonly inputs: readonly Tensor[],
    /** The buffers of the inputs, then of the outputs, with the required memory layout. */
    readonly buffers: readonly Buffer[],
    readonly scalarParams: readonly Var[],
    /** Computes the whole region. */
    readonly body: Stmt | undefined,
    /** Sets the region to the reduction's identity. */
    readonly reduceInit: Stmt | undefined,
    /** Adds one step of the reduction to the region. */
    readonly reduceUpdate: Stmt | undefined,
    readonly span?: Span,
  ) {}

  /**
   * Applies the intrinsic to regions of tensors, as the body of a `compute` whose function takes
   * the axes outside the intrinsic only.
   */
  call(
    args: readonly (TensorSlice | ExprLike)[],
    options: { readonly reduceAxis?: IterVar | readonly IterVar[] } = {},
  ): TensorIntrinCall {
    const slices = args.filter((arg): arg is TensorSlice => arg instanceof TensorSlice);
    const scalars = args.filter((arg) => !(arg instanceof TensorSlice)) as ExprLike[];
    const axis = options.reduceAxis ?? [];
    return new TensorIntrinCall(
      this,
      slices.map((slice) => slice.tensor),
      slices.map((slice) => slice.region),
      axis instanceof IterVar ? [axis] : axis,
      scalars.map((scalar) => toExpr(scalar)),
    );
  }

  toString(): string {
    return `TensorIntrin(name=${this.name})`;
  }
}

/** A call of an intrinsic, which `compute` makes into an operation. */
export class TensorIntrinCall {
  constructor(
    readonly intrin: TensorIntrin,
    readonly tensors: readonly Tensor[],
    readonly regions: readonly (readonly Range[])[],
    readonly reduceAxis: readonly IterVar[],
    readonly scalarInputs: readonly PrimExpr[],
  ) {}
}

export interface TensorIntrinOptions {
  readonly name?: string;
  /**
   * Buffers with the required memory layout of tensors; a tensor left out gets a compact buffer.
   */
  readonly binds?: ReadonlyMap<Tensor, Buffer>;
  readonly scalarParams?: readonly Var[];
  /** Options for the buffers of tensors that are not in `binds`. */
  readonly defaultBufferParams?: Omit<BufferOptions, "name">;
}

const OPTIONS: readonly string[] = [
  "name",
  "binds",
  "scalarParams",
  "defaultBufferParams",
] satisfies (keyof TensorIntrinOptions)[];

/**
 * Declares an intrinsic: `op` is its computation, over placeholders, and `fn` returns the statements
 * that perform it on the buffers of the inputs and outputs.
 * @throws UsageError when an input is itself computed, or `fn` returns no statement.
 */
export function declTensorIntrin(
  op: Operation,
  fn: (
    inputs: readonly Buffer[],
    outputs: readonly Buffer[],
    scalarParams: readonly Var[],
  ) => IntrinBodies,
  options: TensorIntrinOptions = {},
): TensorIntrin {
  const name = options.name ?? "tensor_intrin";
  const span = Span.capture();
  if (!isOperation(op)) {
    const hint = isTensor(op) ? `; write ${(op as Tensor).name}.op` : "";
    throw new UsageError(
      "te-tensor-intrin",
      `the intrinsic ${name} must be declared by an operation${hint}`,
    );
  }
  if (typeof fn !== "function") {
    throw new UsageError(
      "te-tensor-intrin",
      `the intrinsic ${name} needs a function of buffers, such as (ins, outs) => statement, not ${String(fn)}`,
    );
  }
  for (const option of Object.keys(options)) {
    if (OPTIONS.includes(option)) continue;
    throw new UsageError(
      "te-tensor-intrin",
      `the intrinsic ${name} has no option '${option}'; its options are ${OPTIONS.join(", ")}`,
    );
  }
  const { binds = new Map<Tensor, Buffer>() } = options;
  if (!(binds instanceof Map)) {
    throw new UsageError(
      "te-tensor-intrin",
      `binds of the intrinsic ${name} must be a Map from tensors to buffers`,
    );
  }
  const inputs = op.inputTensors;
  for (const input of inputs) {
    if (input.op.kind === "placeholder") continue;
    throw new UsageError(
      "te-tensor-intrin",
      `the intrinsic ${name} reads ${input.name}, which is computed; its inputs must be placeholders`,
      { notes: [{ text: `${input.name} was declared here`, span: input.op.span }] },
    );
  }
  const buffers = [...inputs, ...op.outputs].map(
    (tensor) =>
      binds.get(tensor) ??
      declBuffer(tensor.shape, tensor.dtype, {
        ...options.defaultBufferParams,
        name: tensor.op.name,
      }),
  );
  const scalars = options.scalarParams ?? [];
  const given = fn(buffers.slice(0, inputs.length), buffers.slice(inputs.length), scalars);
  const list = (Array.isArray(given) ? given : [given]) as readonly (IntrinBody | null)[];
  const [body, reduceInit, reduceUpdate] = list.map((stmt) => asStmt(name, stmt));
  if (body === undefined && reduceUpdate === undefined) {
    throw new UsageError(
      "te-tensor-intrin",
      `the function of ${name} returns no statement; is a "return" missing?`,
    );
  }
  return new TensorIntrin(name, op, inputs, buffers, scalars, body, reduceInit, reduceUpdate, span);
}

function asStmt(name: string, given: IntrinBody | null | undefined): Stmt | undefined {
  if (given === null || given === undefined) return undefined;
  if (isStmt(given)) return given;
  if (isExpr(given)) return new Evaluate(given);
  throw new UsageError(
    "te-tensor-intrin",
    `the function of ${name} must return statements or calls, such as ib.get(), not ${typeof given}`,
  );
}
