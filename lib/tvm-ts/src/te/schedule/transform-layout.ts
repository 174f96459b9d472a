/**
 * Changes the memory layout of a stage by a function from indices to indices.
 *
 *     s.stage(B).transformLayout((i) => [floorDiv(i, 4), floorMod(i, 4)]);   // B: [16]
 *
 *     for i in 16 { B[i] = ... }                                 // B: [16]
 *  => for axis0 in 4, axis1 in 4 { B[axis0, axis1] = ... }       // B: [4, 4]
 *
 * The loops of a computed stage follow its new layout at once. Reads and writes keep their indices
 * until the pass ApplyLayoutTransforms.
 */

import { plural, UsageError, type ErrorNote, type Span } from "../../support";
import { inverseIndexMap, mapRanges, mapShape } from "../../arith";
import {
  constIntValue,
  forEachVar,
  IndexMap,
  isIndexType,
  isZero,
  IterVar,
  Range,
  reprExpr,
  reprList,
  toExpr,
  Var,
  zero,
  type ExprLike,
  type PrimExpr,
} from "../../ir";
import type { ComputeOp, Operation } from "../operation";
import { parametersOf } from "../parameter-names";
import { isTensor } from "../tensor";
import { noteAxis, noteStage, type StageView } from "./axis-errors";
import type { StageState } from "./stage-state";

/**
 * Separates two indices of a new layout: dimensions before and after it are not flattened together,
 * for memories with several address dimensions.
 */
export const AXIS_SEPARATOR: unique symbol = Symbol("te.AXIS_SEPARATOR");

/** Indices of the new layout, optionally with separators between them. */
export type LayoutIndices = ExprLike | readonly (ExprLike | typeof AXIS_SEPARATOR)[];

/**
 * The state of a stage with `fn` applied to its layout, and the new loops, if the stage has loops.
 */
export function transformLayout(
  view: StageView,
  state: StageState,
  fn: (...indices: Var[]) => LayoutIndices,
  span: Span,
): { state: StageState; axes: readonly IterVar[] } {
  const fail = (why: string, notes: readonly ErrorNote[] = noteStage(view)): UsageError =>
    new UsageError("te-layout", `the layout of stage ${view.name} cannot be transformed: ${why}`, {
      notes,
    });
  const { op } = state;
  if (op === undefined) throw fail("a group has no memory; transform the layout of its stages");
  if (state.attach.type === "inline") {
    throw fail("it is inlined and has no memory; leave out one of the two");
  }
  const aligned = op.axis.find((axis) => state.iterVarAttrs.get(axis)?.align !== undefined);
  if (aligned !== undefined) {
    throw fail(
      `${aligned.name} is aligned by storageAlign, which sets strides; leave out one of the two`,
    );
  }
  const shape = currentShape(op, state, fail);
  const { map, separators } = indexMap(fn, shape, span, fail);
  checkRanges(map, shape, fail);
  const next: StageState = {
    ...state,
    layoutTransforms: [...state.layoutTransforms, map],
    axisSeparators: separators,
  };
  if (op.kind === "compute") return followLayout(view, next, op, map, span, fail);
  checkCapacity(map, shape, fail);
  return { state: next, axes: [] };
}

type Fail = (why: string, notes?: readonly ErrorNote[]) => UsageError;

/** The shape after earlier transformations. */
function currentShape(op: Operation, state: StageState, fail: Fail): readonly PrimExpr[] {
  const { shape } = op.output(0);
  if (shape.length === 0) throw fail("it has no dimensions");
  if (op.outputs.some((output) => output.ndim !== shape.length)) {
    throw fail("its outputs have different numbers of dimensions");
  }
  return state.layoutTransforms.reduce((dims, map) => mapShape(map, dims), shape);
}

// The function ------------------------------------------------------------------------------------

function indexMap(
  fn: (...indices: Var[]) => LayoutIndices,
  shape: readonly PrimExpr[],
  span: Span,
  fail: Fail,
): { map: IndexMap; separators: readonly number[] } {
  if (typeof fn !== "function") {
    throw fail(
      `transformLayout needs a function of its indices, such as (i, j) => [j, i], not ${String(fn)}`,
    );
  }
  const { names, variadic } = parametersOf(fn);
  if (variadic ? names.length > shape.length : names.length !== shape.length) {
    throw fail(
      `the function takes ${plural(names.length, "index", "indices")}, but the layout ` +
        `${reprList(shape)} has ${plural(shape.length, "dimension")}`,
    );
  }
  const initial = shape.map((extent, i) => new Var(names[i] ?? `i${i}`, extent.dtype));
  const given = fn(...initial);
  const list = Array.isArray(given) ? (given as readonly unknown[]) : [given as unknown];
  const final: PrimExpr[] = [];
  const separators: number[] = [];
  for (const element of list) {
    if (element === AXIS_SEPARATOR) separators.push(final.length);
    else final.push(indexOf(element, fail));
  }
  if (final.length === 0) throw fail("the function returns no index");
  const ends = [0, ...separators, final.length];
  if (ends.some((end, i) => i > 0 && end === ends[i - 1])) {
    throw fail("te.AXIS_SEPARATOR must be between two indices, without another beside it");
  }
  checkVariables(final, initial, shape, fail);
  return { map: new IndexMap(initial, final, span), separators };
}

function indexOf(element: unknown, fail: Fail): PrimExpr {
  if (element === undefined || element === null) {
    throw fail(`the function returns ${String(element)}; is a "return" missing?`);
  }
  if (isTensor(element))
    throw fail(
      `the function returns the tensor ${element.name} as an index; return an expression of the indices`,
    );
  const index = toExpr(element as ExprLike);
  if (isIndexType(index.dtype)) return index;
  throw fail(`the index ${reprExpr(index)} is of type ${index.dtype}, not an integer`);
}

function checkVariables(
  final: readonly PrimExpr[],
  initial: readonly Var[],
  shape: readonly PrimExpr[],
  fail: Fail,
): void {
  const defined = new Set<Var>(initial);
  for (const extent of shape) forEachVar(extent, (variable) => void defined.add(variable));
  for (const index of final) {
    forEachVar(index, (variable) => {
      if (defined.has(variable)) return;
      throw fail(
        `${reprExpr(index)} uses ${variable.name}, which is neither one of the function's ` +
          `indices nor in the shape`,
      );
    });
  }
}

// Range checks ------------------------------------------------------------------------------------

/** Checks that every index of the new layout starts at zero. */
function checkRanges(map: IndexMap, shape: readonly PrimExpr[], fail: Fail): void {
  const ranges = shape.map((extent) => new Range(zero(extent.dtype), extent));
  mapRanges(map, ranges).forEach(({ min, extent }, i) => {
    const text = reprExpr(map.finalIndices[i]!);
    if (!isZero(min)) throw fail(`the index ${text} starts at ${reprExpr(min)}, not at 0`);
    const size = constIntValue(extent);
    if (size !== undefined && size < 1) throw fail(`the index ${text} has no values`);
  });
}

/** Checks that the new layout has at least as many positions as there are elements. */
function checkCapacity(map: IndexMap, shape: readonly PrimExpr[], fail: Fail): void {
  const elements = sizeOf(shape);
  const positions = sizeOf(mapShape(map, shape));
  if (elements === undefined || positions === undefined || positions >= elements) return;
  throw fail(
    `its ${elements} elements have only ${plural(positions, "position")} in the new layout, so some would ` +
      `share a position; the indices of different elements must differ`,
  );
}

function sizeOf(shape: readonly PrimExpr[]): number | undefined {
  let size = 1;
  for (const extent of shape) size *= constIntValue(extent) ?? NaN;
  return Number.isNaN(size) ? undefined : size;
}

// The loops ---------------------------------------------------------------------------------------

/** Replaces the loops over the data axes by loops over the new layout. */
function followLayout(
  view: StageView,
  state: StageState,
  op: ComputeOp,
  map: IndexMap,
  span: Span,
  fail: Fail,
): { state: StageState; axes: readonly IterVar[] } {
  if (state.layoutTransforms.length > 1) {
    throw fail(
      "it was already transformed, with its loops; write both transformations as one function",
    );
  }
  const position = firstLoop(state, op, fail);
  for (const { name, state: other } of view.siblings) {
    if (other.attach.type !== "scope" || !op.axis.includes(other.attach.axis)) continue;
    throw fail(
      `stage ${name} is computed at its axis ${other.attach.axis.name}, which is replaced; transform ` +
        `first, then attach ${name} to one of the new axes`,
      [{ text: `${name} was attached here`, span: other.attach.span }],
    );
  }
  const extents = op.axis.map((axis) => axis.dom!.extent);
  const ranges = mapRanges(
    map,
    op.axis.map((axis) => axis.dom!),
  );
  const inverse = inverseIndexMap(map, extents, (why) =>
    fail(`its loops need a one-to-one map, but ${why}`),
  );
  const axes = inverse.initialIndices.map(
    (variable, i) => new IterVar(ranges[i]!, variable, "DataPar", "", span),
  );
  const relation = {
    kind: "transform",
    original: op.axis,
    transformed: axes,
    forward: map,
    inverse,
  } as const;
  const leafIterVars = [...state.leafIterVars];
  leafIterVars.splice(position, op.axis.length, ...axes);
  const next: StageState = {
    ...state,
    relations: [...state.relations, relation],
    allIterVars: [...state.allIterVars, ...axes],
    leafIterVars,
  };
  return { state: next, axes };
}

/** The position of the outermost data loop. The data loops must be adjacent. */
function firstLoop(state: StageState, op: ComputeOp, fail: Fail): number {
  const positions = op.axis.map((axis) => {
    const position = state.leafIterVars.indexOf(axis);
    if (position >= 0) return position;
    throw fail(
      `its axis ${axis.name} was split or fused before; transform first, then schedule the ` +
        `resulting loops`,
      noteAxis(axis),
    );
  });
  const first = Math.min(...positions);
  if (Math.max(...positions) - first + 1 === positions.length) return first;
  const loops = state.leafIterVars.map((axis) => axis.name).join(", ");
  throw fail(
    `other loops are between the loops of its dimensions (${loops}); transform first, then reorder`,
  );
}
