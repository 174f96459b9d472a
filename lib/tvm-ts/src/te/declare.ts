/** Declaring placeholders and computations. */

import { FEW_FRAMES, plural, Span, UsageError } from "../support";
import {
  canonicalDType,
  IntImm,
  isHandle,
  IterVar,
  Range,
  reprExpr,
  toExpr,
  Var,
  type ExprLike,
  type PrimExpr,
} from "../ir";
import { shapeExprs, type ShapeLike } from "./axes";
import {
  ComputeOp,
  PlaceholderOp,
  TensorComputeOp,
  type OperationAttrs,
  type OperationInfo,
} from "./operation";
import { parametersOf } from "./parameter-names";
import { effectiveTag } from "./tag-scope";
import { isTensor, type Tensor } from "./tensor";
import { TensorIntrinCall } from "./tensor-intrin";

export interface PlaceholderOptions {
  readonly name?: string;
  /** `float32` if left out. */
  readonly dtype?: string;
}

/**
 * An input tensor: its values come from the caller.
 * @throws UsageError for an extent that is negative or not an integer, or an unknown type.
 * @example
 * te.placeholder([8, 4], { name: "A", dtype: "int8" }) // => Tensor(shape=[8, 4], op.name=A)
 */
export function placeholder(shape: ShapeLike, options: PlaceholderOptions = {}): Tensor {
  const span = Span.capture();
  const { name = "placeholder" } = optionsOf(options, "te.placeholder");
  const op = new PlaceholderOp(
    { name, span },
    shapeExprs(shape, `placeholder ${name}`),
    canonicalDType(options.dtype ?? "float32"),
  );
  return op.output(0);
}

/** The options, checked at run time for callers without a type checker. */
function optionsOf<T extends { readonly name?: string }>(options: T, whose: string): T {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      "te-options",
      `the options of ${whose} must be an object, such as { name: "A" }, not ${JSON.stringify(options)}`,
    );
  }
  const { name } = options;
  if (name === undefined || typeof name === "string") return options;
  throw new UsageError(
    "te-options",
    `the option name of ${whose} is ${String(name)}; it must be a string`,
  );
}

export interface DeclareOptions {
  readonly name?: string;
  /** The kind of computation; see `tagScope`. */
  readonly tag?: string;
  readonly attrs?: OperationAttrs;
}

export interface ComputeOptions extends DeclareOptions {
  /** Names of the axes that a variadic function (`(...i) => ...`) takes; `i0`, `i1`, ... if left out. */
  readonly varargsNames?: readonly string[];
}

/** What a computation's function may return for one output. */
export type ComputeBody = ExprLike | TensorIntrinCall;

/**
 * A tensor computed element by element: `fn` takes the indices of an element and returns its value.
 *
 * The axes take the names of the function's parameters; those of a variadic function are `i0`, `i1`,
 * ... . A function that returns an array declares as many tensors, all of the same shape.
 * @throws UsageError when the number of parameters is not the number of dimensions, for a reduction
 * inside a larger expression, or a bad extent.
 * @example
 * const A = te.placeholder([8, 4], { name: "A" });
 * const B = te.compute([4, 8], (i, j) => A(j, i).mul(2), "B");
 * B.op.body[0] // => (A[j: int32, i: int32]*2f32)
 */
export function compute(
  shape: ShapeLike,
  fn: (...axes: Var[]) => ComputeBody,
  options?: string | ComputeOptions,
): Tensor;
export function compute(
  shape: ShapeLike,
  fn: (...axes: Var[]) => readonly ExprLike[],
  options?: string | ComputeOptions,
): Tensor[];
export function compute(
  shape: ShapeLike,
  fn: (...axes: Var[]) => ComputeBody | readonly ExprLike[],
  options: string | ComputeOptions = {},
): Tensor | Tensor[] {
  const given: ComputeOptions =
    typeof options === "string" ? { name: options } : optionsOf(options, "te.compute");
  const { name = "compute", attrs } = given;
  const info = { name, tag: effectiveTag(given.tag), attrs, span: Span.capture(FEW_FRAMES) };
  const dims = shapeExprs(shape, name);
  if (typeof fn !== "function") {
    throw new UsageError(
      "te-compute",
      `${name} must be computed by a function of its indices, such as (i) => A(i), not by ${String(fn)}`,
    );
  }
  const names = axisNames(info, dims.length, fn, given.varargsNames);
  const axis = names.map((axisName, i) => dataAxis(axisName, dims[i]!, info.span));
  const body = fn(...axis.map((iv) => iv.var_));
  if (body instanceof TensorIntrinCall) return tensorCompute(info, axis, dims, body);
  if (axis.length !== dims.length) throw tooFewParameters(info, names, dims.length);
  if (Array.isArray(body)) {
    const bodies = (body as readonly ExprLike[]).map((value) => bodyOf(info, value));
    if (bodies.length === 0)
      throw new UsageError("te-compute", `${name} has no outputs: its function returns []`);
    return [...new ComputeOp(info, axis, bodies).outputs];
  }
  return new ComputeOp(info, axis, [bodyOf(info, body as ExprLike)]).output(0);
}

/**
 * A tensor computed element by element, with numbered axes (`ax0`, `ax1`, ...). Library operators and
 * schedule primitives use it.
 */
export function computeTensor(
  shape: readonly PrimExpr[],
  body: (axes: Var[]) => PrimExpr,
  info: OperationInfo,
  axisPrefix = "ax",
): Tensor {
  const axis = shape.map((extent, i) => dataAxis(`${axisPrefix}${i}`, extent, info.span));
  return new ComputeOp(info, axis, [body(axis.map((iv) => iv.var_))]).output(0);
}

/** A data-parallel axis over `[0, extent)`. */
export function dataAxis(name: string, extent: PrimExpr, span?: Span): IterVar {
  const dom = new Range(new IntImm(0), extent);
  return new IterVar(dom, new Var(name, extent.dtype, undefined, false, span), "DataPar", "", span);
}

/**
 * One name for each dimension. Fewer names are allowed only for a call of a tensor intrinsic, which
 * covers the other dimensions; the caller reports the error otherwise.
 */
function axisNames(
  info: OperationInfo,
  ndim: number,
  fn: (...axes: Var[]) => unknown,
  varargsNames: readonly string[] | undefined,
): string[] {
  const { names, variadic } = parametersOf(fn);
  const named = names.map((name, i) => name ?? `i${i}`);
  if (named.length > ndim) {
    throw new UsageError(
      "te-compute",
      `the function of ${info.name} takes ${plural(named.length, "index", "indices")} ` +
        `(${named.join(", ")}), but the shape has ${plural(ndim, "dimension")}`,
    );
  }
  if (!variadic && named.length > 0) return named;
  const rest = ndim - named.length;
  if (varargsNames !== undefined && varargsNames.length !== rest) {
    throw new UsageError(
      "te-compute",
      `varargsNames of ${info.name} has ${plural(varargsNames.length, "name")} for ` +
        `${plural(rest, "remaining dimension")}`,
    );
  }
  return [...named, ...(varargsNames ?? Array.from({ length: rest }, (_, i) => `i${i}`))];
}

function tooFewParameters(info: OperationInfo, names: readonly string[], ndim: number): UsageError {
  return new UsageError(
    "te-compute",
    `the function of ${info.name} takes ${plural(names.length, "index", "indices")} ` +
      `(${names.join(", ")}), but the shape has ${plural(ndim, "dimension")}; ` +
      `name them all, or write (...i) => ...`,
  );
}

function bodyOf(info: OperationInfo, value: ExprLike): PrimExpr {
  if (isTensor(value)) {
    throw new UsageError(
      "te-compute",
      `the function of ${info.name} returns the tensor ${(value as Tensor).name}; ` +
        `return one of its elements, such as ${(value as Tensor).name}(...i)`,
    );
  }
  if (value === undefined) {
    throw new UsageError(
      "te-compute",
      `the function of ${info.name} returns nothing; is a "return" missing?`,
    );
  }
  const body = toExpr(value);
  if (!isHandle(body.dtype)) return body;
  throw new UsageError(
    "te-compute",
    `the function of ${info.name} returns ${reprExpr(body)}; the elements of a tensor must be numbers`,
  );
}

function tensorCompute(
  info: OperationInfo,
  loops: readonly IterVar[],
  dims: readonly PrimExpr[],
  call: TensorIntrinCall,
): Tensor {
  const inside = dims.slice(loops.length).map((extent, i) => {
    const dom = new Range(new IntImm(0), extent);
    return new IterVar(dom, new Var(`ax${i}`, extent.dtype), "Opaque", "", info.span);
  });
  const op = new TensorComputeOp(
    info,
    [...loops, ...inside],
    call.reduceAxis,
    loops.length,
    call.intrin,
    call.tensors,
    call.regions,
    call.scalarInputs,
  );
  return op.output(0);
}
