/**
 * Splits a vector expression into lanes: lane 2 of `A[ramp(i, 1, 4)] * broadcast(x, 4)` is
 * `A[i + 2] * x`. Operations that WebAssembly does not have on vectors are done lane by lane.
 */

import {
  add,
  BufferLoad,
  Call,
  Cast,
  cast,
  constIntValue,
  elementOf,
  floorDiv,
  floorMod,
  IntImm,
  isBinary,
  lanesOf,
  mul,
  Not,
  Select,
  Shuffle,
  someNode,
  substitute,
  update,
  type Buffer,
  type PrimExpr,
} from "../ir";
import { InternalError } from "../support";
import { flatIndex } from "./flat-index";

/**
 * Element `lane` of a vector expression; a scalar is the same in every lane. The lane may be a
 * variable, except in expressions with a `Shuffle` (see `needsConstantLanes`).
 */
export function laneOf(expr: PrimExpr, lane: PrimExpr): PrimExpr {
  if (lanesOf(expr.dtype) === 1) return expr;
  const laneOfPart = (part: PrimExpr): PrimExpr => laneOf(part, lane);
  switch (expr.kind) {
    case "Ramp":
      return add(expr.base, mul(expr.stride, cast(expr.stride.dtype, lane)));
    case "Broadcast":
      return expr.value;
    case "Var":
      return new Shuffle([expr], [lane]);
    case "Not":
      return new Not(laneOfPart(expr.a));
    case "Select":
      return new Select(
        laneOfPart(expr.condition),
        laneOfPart(expr.trueValue),
        laneOfPart(expr.falseValue),
      );
    case "Cast":
      return new Cast(elementOf(expr.dtype), laneOfPart(expr.value));
    case "Call":
      return new Call(elementOf(expr.dtype), expr.op, expr.args.map(laneOfPart));
    case "BufferLoad": {
      const perElement = lanesOf(expr.buffer.dtype);
      const indices = expr.indices.map((index) => laneOf(index, floorDiv(lane, perElement)));
      return elementLoad(expr.buffer, indices, floorMod(lane, perElement));
    }
    case "Shuffle": {
      let at = constIntValue(expr.indices[constIntValue(lane)!]!)!;
      for (const vector of expr.vectors) {
        const lanes = lanesOf(vector.dtype);
        if (at < lanes) return laneOf(vector, new IntImm(at));
        at -= lanes;
      }
      break;
    }
    case "Let":
      return laneOfPart(substitute(expr.body, new Map([[expr.var_, expr.value]])));
    default:
      if (isBinary(expr)) return update(expr, { a: laneOfPart(expr.a), b: laneOfPart(expr.b) });
  }
  throw new InternalError(`${expr.kind} has no lanes`);
}

/** Lane `lane` of one element of a buffer of vectors (or its only one). */
function elementLoad(buffer: Buffer, indices: readonly PrimExpr[], lane: PrimExpr): PrimExpr {
  const lanes = lanesOf(buffer.dtype);
  if (lanes === 1) return new BufferLoad(buffer, indices);
  return new BufferLoad(scalarView(buffer), [add(mul(flatIndex(buffer, indices), lanes), lane)]);
}

const views = new WeakMap<Buffer, Buffer>();

/** A buffer of vectors as a flat buffer of their elements. */
export function scalarView(buffer: Buffer): Buffer {
  let view = views.get(buffer);
  if (view === undefined) {
    const size = buffer.shape.reduce(mul, new IntImm(lanesOf(buffer.dtype)));
    const zero = new IntImm(0);
    const dtype = elementOf(buffer.dtype);
    view = buffer.with({ dtype, shape: [size], strides: [], elemOffset: zero });
    views.set(buffer, view);
  }
  return view;
}

/** Whether the lanes of an expression can only be selected by constant numbers. */
export function needsConstantLanes(expr: PrimExpr): boolean {
  return someNode(expr, (node) => node.kind === "Shuffle");
}
