/**
 * Splitting, fusing and reordering the loops of a stage. Each function returns the stage's next state.
 */

import { UsageError, type Span } from "../../support";
import {
  bitsOf,
  canonicalDType,
  constIntValue,
  IntImm,
  isInteger,
  IterVar,
  reprExpr,
  Range,
  Var,
  type IterType,
  type PrimExpr,
} from "../../ir";
import { leafPosition, noteAxis, type StageView } from "./axis-errors";
import type { StageState } from "./stage-state";

/** The types of axes that can be split and fused. */
const SPLITTABLE: ReadonlySet<IterType> = new Set(["DataPar", "CommReduce", "Ordered"]);

function checkLoop(view: StageView, axis: IterVar, what: string): void {
  if (SPLITTABLE.has(axis.iterType)) return;
  throw new UsageError(
    "te-axis",
    `axis ${axis.name} of stage ${view.name} is of type ${axis.iterType} and cannot be ${what}`,
    { notes: noteAxis(axis) },
  );
}

/** `axis` becomes `axis.outer` and `axis.inner`. */
export function split(
  view: StageView,
  state: StageState,
  axis: IterVar,
  by: "factor" | "nparts",
  amount: PrimExpr,
  span: Span,
): { state: StageState; outer: IterVar; inner: IterVar } {
  const position = leafPosition(view, state, axis);
  checkLoop(view, axis, "split");
  checkAmount(view, axis, by, amount);
  const part = (how: "outer" | "inner"): IterVar => {
    const { name, dtype } = axis.var_;
    const origin = { how, from: axis.var_, by, amount };
    const variable = new Var(`${name}.${how}`, dtype, undefined, false, span, origin);
    return new IterVar(undefined, variable, axis.iterType, "", span);
  };
  const outer = part("outer");
  const inner = part("inner");
  const relation = { kind: "split", parent: axis, outer, inner, by, amount } as const;
  const next: StageState = {
    ...state,
    relations: [...state.relations, relation],
    allIterVars: [...state.allIterVars, outer, inner],
    leafIterVars: spliced(state.leafIterVars, position, 1, outer, inner),
  };
  return { state: next, outer, inner };
}

function checkAmount(
  view: StageView,
  axis: IterVar,
  by: "factor" | "nparts",
  amount: PrimExpr,
): void {
  const value = constIntValue(amount);
  if (isInteger(amount.dtype) && (value === undefined || value > 0)) return;
  throw new UsageError(
    "te-split-factor",
    `axis ${axis.name} of stage ${view.name} cannot be split by the ${by} ${reprExpr(amount)}; ` +
      `it must be an integer of at least 1`,
    { notes: noteAxis(axis) },
  );
}

/** Fuses neighbouring loops into one. Without axes, adds a loop of one step around the others. */
export function fuse(
  view: StageView,
  state: StageState,
  axes: readonly IterVar[],
  span: Span,
): { state: StageState; fused: IterVar } {
  if (axes.length === 0) return addSingleton(state, span);
  const [first, ...others] = axes as readonly [IterVar, ...IterVar[]];
  leafPosition(view, state, first);
  let fused = first;
  for (const axis of others) ({ state, fused } = fuseTwo(view, state, fused, axis, span));
  return { state, fused };
}

/** The type of a fused axis is the type of its two axes with the higher rank. */
const FUSE_RANK: readonly IterType[] = ["DataPar", "CommReduce", "Ordered"];

function fuseTwo(
  view: StageView,
  state: StageState,
  left: IterVar,
  right: IterVar,
  span: Span,
): { state: StageState; fused: IterVar } {
  const a = leafPosition(view, state, left);
  const b = leafPosition(view, state, right);
  if (left === right) {
    throw new UsageError(
      "te-fuse",
      `axis ${left.name} of stage ${view.name} is named twice in fuse; name each once`,
      { notes: noteAxis(left) },
    );
  }
  checkLoop(view, left, "fused");
  checkLoop(view, right, "fused");
  if (Math.abs(a - b) !== 1) {
    const order = state.leafIterVars.map((axis) => axis.name).join(", ");
    throw new UsageError(
      "te-fuse",
      `axes ${left.name} and ${right.name} of stage ${view.name} are not neighbours (the loops ` +
        `are ${order}); reorder them before fusing`,
      { notes: [...noteAxis(left), ...noteAxis(right)] },
    );
  }
  const [outer, inner] = a < b ? [left, right] : [right, left];
  const iterType =
    FUSE_RANK[Math.max(FUSE_RANK.indexOf(left.iterType), FUSE_RANK.indexOf(right.iterType))]!;
  const bits = Math.max(bitsOf(left.var_.dtype), bitsOf(right.var_.dtype));
  const name = `${left.name}.${right.name}.fused`;
  const origin = { how: "fused", outer: outer.var_, inner: inner.var_ } as const;
  const variable = new Var(name, canonicalDType(`int${bits}`), undefined, false, span, origin);
  const fused = new IterVar(undefined, variable, iterType, "", span);
  const next: StageState = {
    ...state,
    relations: [...state.relations, { kind: "fuse", outer, inner, fused }],
    allIterVars: [...state.allIterVars, fused],
    leafIterVars: spliced(state.leafIterVars, Math.min(a, b), 2, fused),
  };
  return { state: next, fused };
}

function addSingleton(state: StageState, span: Span): { state: StageState; fused: IterVar } {
  const dom = new Range(new IntImm(0), new IntImm(1));
  const fused = new IterVar(dom, new Var("singleton"), "DataPar", "", span);
  const next: StageState = {
    ...state,
    relations: [...state.relations, { kind: "singleton", iter: fused }],
    allIterVars: [...state.allIterVars, fused],
    leafIterVars: [fused, ...state.leafIterVars],
  };
  return { state: next, fused };
}

/** Puts the listed loops in this order, in the positions they occupy. */
export function reorder(view: StageView, state: StageState, order: readonly IterVar[]): StageState {
  const positions = order.map((axis, i) => {
    const position = leafPosition(view, state, axis);
    if (!["DataPar", "CommReduce", "ThreadIndex"].includes(axis.iterType)) {
      throw new UsageError(
        "te-reorder",
        `axis ${axis.name} of stage ${view.name} is of type ${axis.iterType} and cannot be reordered`,
        { notes: noteAxis(axis) },
      );
    }
    if (order.indexOf(axis) !== i) {
      throw new UsageError(
        "te-reorder",
        `axis ${axis.name} of stage ${view.name} is named twice in reorder; name each once`,
        { notes: noteAxis(axis) },
      );
    }
    return position;
  });
  const leafIterVars = [...state.leafIterVars];
  [...positions]
    .sort((a, b) => a - b)
    .forEach((position, i) => {
      leafIterVars[position] = order[i]!;
    });
  return { ...state, leafIterVars };
}

function spliced<T>(list: readonly T[], start: number, count: number, ...insert: T[]): T[] {
  return [...list.slice(0, start), ...insert, ...list.slice(start + count)];
}
