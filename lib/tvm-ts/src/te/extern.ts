/** Operations whose statements are written by hand, usually calls of external functions. */

import { plural, Span, UsageError } from "../support";
import {
  canonicalDType,
  declBuffer,
  Evaluate,
  exprEqual,
  isExpr,
  isStmt,
  type Buffer,
  type ExprLike,
  type PrimExpr,
  type Stmt,
} from "../ir";
import { shapeExprs } from "./axes";
import type { DeclareOptions } from "./declare";
import { ExternOp } from "./operation";
import { effectiveTag } from "./tag-scope";
import { isTensor, type Tensor } from "./tensor";

export interface ExternOptions extends DeclareOptions {
  /**
   * One type for all outputs, or an array with one for each; the type of the inputs if left out.
   */
  readonly dtype?: string | readonly string[];
  readonly inBuffers?: Buffer | readonly Buffer[];
  readonly outBuffers?: Buffer | readonly Buffer[];
}

/** The function of `extern`: from the buffers of inputs and outputs to the statement. */
export type ExternBody = (inputs: readonly Buffer[], outputs: readonly Buffer[]) => Stmt | PrimExpr;

/**
 * A tensor (or several, for an array of shapes) that is written by the statement `fn` returns.
 * @throws UsageError when the type of the outputs cannot be inferred, or a buffer does not match its
 * tensor.
 */
export function extern(
  shape: readonly ExprLike[] | ExprLike,
  inputs: readonly Tensor[],
  fn: ExternBody,
  options?: ExternOptions,
): Tensor;
export function extern(
  shapes: readonly (readonly ExprLike[])[],
  inputs: readonly Tensor[],
  fn: ExternBody,
  options?: ExternOptions,
): Tensor[];
export function extern(
  shape: ExprLike | readonly ExprLike[] | readonly (readonly ExprLike[])[],
  inputs: readonly Tensor[],
  fn: ExternBody,
  options: ExternOptions = {},
): Tensor | Tensor[] {
  const name = options.name ?? "extern";
  const span = Span.capture();
  if (!Array.isArray(inputs) || !inputs.every(isTensor)) {
    throw new UsageError(
      "te-extern",
      `the inputs of ${name} must be an array of tensors, not ${String(inputs)}`,
    );
  }
  if (typeof fn !== "function") {
    throw new UsageError(
      "te-extern",
      `${name} needs a function of its buffers, such as (ins, outs) => statement, not ${String(fn)}`,
    );
  }
  const several = Array.isArray(shape) && shape.length > 0 && shape.every(Array.isArray);
  const shapes = (several ? shape : [shape]) as readonly (ExprLike | readonly ExprLike[])[];
  const dims = shapes.map((one) => shapeExprs(one, name));
  const inBuffers =
    listOf(options.inBuffers) ??
    inputs.map((tensor) => declBuffer(tensor.shape, tensor.dtype, { name: tensor.op.name }));
  checkCount(name, "input", inputs.length, inBuffers.length);
  inputs.forEach((tensor, i) => checkInput(name, tensor, inBuffers[i]!));
  const given = listOf(options.outBuffers);
  if (given !== undefined) checkCount(name, "output", dims.length, given.length);
  const outBuffers = given ?? outputBuffers(name, dims, outputTypes(name, inputs, options, dims));
  const op = new ExternOp(
    { name, tag: effectiveTag(options.tag), attrs: options.attrs, span },
    inputs,
    inBuffers,
    outBuffers,
    asStmt(name, fn(inBuffers, outBuffers)),
  );
  return several ? [...op.outputs] : op.output(0);
}

function listOf(buffers: Buffer | readonly Buffer[] | undefined): readonly Buffer[] | undefined {
  if (buffers === undefined) return undefined;
  return Array.isArray(buffers) ? (buffers as readonly Buffer[]) : [buffers as Buffer];
}

function checkCount(name: string, what: string, tensors: number, buffers: number): void {
  if (tensors === buffers) return;
  throw new UsageError(
    "te-extern",
    `${name} has ${plural(tensors, what)} and ${plural(buffers, "buffer")} for them`,
  );
}

function checkInput(name: string, tensor: Tensor, buffer: Buffer): void {
  const fits =
    tensor.dtype === buffer.dtype &&
    tensor.ndim === buffer.shape.length &&
    tensor.shape.every((extent, i) => exprEqual(extent, buffer.shape[i]!)) &&
    buffer.strides.length === 0;
  if (fits) return;
  throw new UsageError(
    "te-extern",
    `the input ${tensor.name} of ${name} does not match its buffer ${buffer.toString()}: the buffer ` +
      `must have the tensor's type and shape, and no strides`,
  );
}

function outputTypes(
  name: string,
  inputs: readonly Tensor[],
  options: ExternOptions,
  dims: readonly (readonly PrimExpr[])[],
): readonly string[] {
  const { dtype } = options;
  if (typeof dtype === "string") return dims.map(() => dtype);
  if (dtype !== undefined) {
    checkCount(name, "output", dims.length, dtype.length);
    return dtype;
  }
  const types = new Set(inputs.map((tensor) => tensor.dtype));
  const [only] = types;
  if (only !== undefined && types.size === 1) return dims.map(() => only);
  throw new UsageError(
    "te-extern",
    `the type of ${name} cannot be inferred from inputs of ${plural(types.size, "type")}; ` +
      `pass it as { dtype }`,
  );
}

function outputBuffers(
  name: string,
  dims: readonly (readonly PrimExpr[])[],
  dtypes: readonly string[],
): Buffer[] {
  return dims.map((shape, i) => declBuffer(shape, canonicalDType(dtypes[i]!), { name }));
}

function asStmt(name: string, body: Stmt | PrimExpr): Stmt {
  if (isStmt(body)) return body;
  if (isExpr(body)) return new Evaluate(body);
  throw new UsageError(
    "te-extern",
    `the function of ${name} must return a statement or a call, not ${typeof body}`,
  );
}
