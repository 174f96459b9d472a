/**
 * Replaces loops that copy a region, marked by a pragma, by a statement that the target makes.
 *
 *     attr [i] "pragma_dma_copy" = 1 { for (i, 0, 64) { B[i] = A[x*64 + i] } }
 *  => f(A with shape [64], strides [1], offset x*64,  B with shape [64], strides [1], offset 0)
 */

import { detectClipBound, detectLinearEquation, factlessAnalyzer } from "../arith";
import {
  add,
  builtin,
  constant,
  isZero,
  IterVar,
  lanesOf,
  max,
  Max,
  mul,
  mutator,
  reprExpr,
  reprStmt,
  sub,
  zero,
  type AttrStmt,
  type Buffer,
  type BufferLoad,
  type BufferStore,
  type For,
  type PrimExpr,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError } from "../support";

/**
 * A copy of a box of elements. Padding is the number of elements at each side of each dimension.
 */
export interface Copy {
  /** The elements that are read, as a view: shape, strides and offset. */
  readonly source: Buffer;
  /** The elements that are written, including the padding. */
  readonly target: Buffer;
  /** Empty without padding. */
  readonly padBefore: readonly PrimExpr[];
  readonly padAfter: readonly PrimExpr[];
  /** The value of the padding. */
  readonly padValue: PrimExpr | undefined;
  /** The loops that copy, for messages. */
  readonly stmt: Stmt;
  /** The line that requested the copy. */
  readonly span: Stmt["span"];
}

/**
 * @param pragma The pragma's key without `pragma_`.
 * @param lower Makes the statement that performs the copy.
 */
export function injectCopyIntrin(pragma: string, lower: (copy: Copy) => Stmt): FunctionPass {
  const key = `pragma_${pragma}`;
  return {
    name: "tir.InjectCopyIntrin",
    doc: `Replaces the copies marked "${pragma}" by statements of the target.`,
    run: (func) =>
      func.with({
        body: mutator({
          AttrStmt: (attr) => (attr.key === key ? lower(matchCopy(attr, pragma)) : undefined),
        })(func.body),
      }),
  };
}

/** @throws UsageError if the statement is not a copy. */
function matchCopy(attr: AttrStmt, pragma: string): Copy {
  const analyzer = factlessAnalyzer();
  const refuse = (reason: string): UsageError =>
    new UsageError(
      "vta-dma-copy",
      `"${pragma}" marks a statement that is not a copy: ${reason}, in\n${reprStmt(attr.body)}`,
      { span: attr.span },
    );

  const loops: For[] = [];
  let body = attr.body;
  for (; body.kind === "For"; body = body.body) {
    if (!isZero(body.min)) throw refuse(`loop ${body.loopVar.name} does not start at 0`);
    loops.push(body);
  }
  if (body.kind !== "BufferStore") throw refuse(whyNoStore(body));
  const { load, condition, otherwise } = sourceOf(body);
  if (load === undefined || lanesOf(load.dtype) !== 1) {
    throw refuse("the stored value is not a single loaded element");
  }

  const vars = loops.map((loop) => loop.loopVar);
  const from = detectLinearEquation(load.indices[0]!, vars);
  const to = detectLinearEquation(body.indices[0]!, vars);
  if (from === undefined || to === undefined || load.indices.length + body.indices.length > 2) {
    throw refuse("the indices are not linear in the loop variables");
  }
  // A single element is a box of one dimension.
  const one = constant(1);
  const extents = loops.length === 0 ? [one] : loops.map((loop) => loop.extent);
  const target = view(body.buffer, extents, to, loops.length);
  const whole = view(load.buffer, extents, from, loops.length);
  const asked = { target, stmt: attr.body, span: attr.span };
  if (condition === undefined) {
    return { ...asked, source: whole, padBefore: [], padAfter: [], padValue: undefined };
  }

  const bounds = loops.length === 0 ? undefined : detectClipBound(condition, vars);
  if (bounds === undefined) {
    throw refuse(
      `its condition ${reprExpr(condition)} is not a range of each loop variable; a tile of one row or ` +
        "column has no loop for it, so make the tile larger",
    );
  }
  const padBefore = bounds.map(({ min }, i) => {
    const none = zero(vars[i]!.dtype);
    return min === undefined ? none : analyzer.simplify(new Max(min, none));
  });
  const padAfter = bounds.map(({ max: last }, i) => {
    const none = zero(vars[i]!.dtype);
    if (last === undefined) return none;
    return analyzer.simplify(max(sub(sub(extents[i]!, last), 1), none));
  });
  const offset = padBefore.reduce(
    (sum, pad, i) => add(sum, mul(pad, from[i]!)),
    from[vars.length]!,
  );
  const source = whole.with({
    shape: extents.map((extent, i) =>
      analyzer.simplify(sub(sub(extent, padBefore[i]!), padAfter[i]!)),
    ),
    elemOffset: analyzer.simplify(offset),
  });
  return { ...asked, source, padBefore, padAfter, padValue: otherwise };
}

/** The statement that prevents the match, and the remedy. */
function whyNoStore(stmt: Stmt): string {
  if (stmt.kind === "Allocate") {
    return (
      `${stmt.bufferVar.name} is computed inside the marked loops; mark an axis inside the axis ` +
      "at which it is computed"
    );
  }
  if (stmt.kind === "AttrStmt" && stmt.node instanceof IterVar && stmt.node.threadTag !== "") {
    return (
      `the marked loops contain an axis bound to ${stmt.node.threadTag}; mark an axis inside ` +
      "that axis"
    );
  }
  if (stmt.kind === "IfThenElse") {
    return (
      `whether an element is copied depends on ${reprExpr(stmt.condition)}; split by factors ` +
      "that divide the extents"
    );
  }
  return "there is no store inside the loops";
}

/** The source of the copy: a load, possibly converted, or selected by a condition. */
function sourceOf({ value }: BufferStore): {
  load?: BufferLoad | undefined;
  condition?: PrimExpr | undefined;
  otherwise?: PrimExpr | undefined;
} {
  const asLoad = (expr: PrimExpr): BufferLoad | undefined =>
    expr.kind === "BufferLoad" ? expr : undefined;
  if (value.kind === "Cast") return { load: asLoad(value.value) };
  if (value.kind === "Select") {
    const { condition, trueValue, falseValue } = value;
    return { load: asLoad(trueValue), condition, otherwise: falseValue };
  }
  if (value.kind === "Call" && value.op === builtin.ifThenElse) {
    const [condition, whenTrue, whenFalse] = value.args;
    return { load: asLoad(whenTrue!), condition, otherwise: whenFalse };
  }
  return { load: asLoad(value) };
}

/** The elements that the loops visit: `coeffs` are the strides, followed by the offset. */
function view(
  buffer: Buffer,
  shape: readonly PrimExpr[],
  coeffs: readonly PrimExpr[],
  loops: number,
): Buffer {
  const strides = loops === 0 ? [constant(1)] : coeffs.slice(0, loops);
  return buffer.with({ shape, strides, elemOffset: coeffs[loops]! });
}
