/**
 * The state of one stage, as an immutable record. A primitive computes the next record from the
 * current one, and the stage replaces it as a whole, so a primitive that fails changes nothing.
 */

import type { Span } from "../../support";
import type { IndexMap, IterVar, PrimExpr } from "../../ir";
import type { Operation } from "../operation";
import type { Tensor } from "../tensor";
import type { TensorIntrin } from "../tensor-intrin";
import { mapAxes, type Relation } from "./relation";
import type { Stage } from "./stage";

/** How a loop is executed; a plain loop is `DataPar`. */
export type LoopType = "DataPar" | "Unrolled" | "Vectorized" | "Parallelized" | "Tensorized";

/** The scheduling attributes of one axis. */
export interface IterVarAttr {
  readonly iterType: LoopType;
  readonly bindThread?: IterVar;
  readonly tensorIntrin?: TensorIntrin;
  readonly prefetches: readonly {
    readonly tensor: Tensor;
    readonly offset: PrimExpr;
    readonly span: Span;
  }[];
  readonly pragmas: readonly {
    readonly key: string;
    readonly value: PrimExpr | undefined;
    readonly span: Span;
  }[];
  /** The dimension's stride is `k * factor + offset` for some `k`. */
  readonly align?: { readonly factor: number; readonly offset: number };
  /** The line of the primitive that changed it last. */
  readonly span?: Span;
}

export const NO_ATTR: IterVarAttr = { iterType: "DataPar", prefetches: [], pragmas: [] };

/** The attachment of a stage. */
export type Attachment =
  /** At the root of its group, or of the program. */
  | { readonly type: "groupRoot" }
  /** Inside a loop of another stage. */
  | {
      readonly type: "scope";
      readonly stage: Stage;
      readonly axis: IterVar;
      readonly span?: Span | undefined;
    }
  /** Inlined: substituted for each of its reads. */
  | { readonly type: "inline"; readonly span?: Span | undefined }
  /** Inlined, after its reads were replaced: it is not computed. */
  | { readonly type: "inlinedAlready" }
  /** In each step of a scan. */
  | { readonly type: "scanUpdate"; readonly stage: Stage };

export interface StageState {
  /** The current operation; `undefined` for a group. */
  readonly op: Operation | undefined;
  /** All axes that were ever made, and those that are loops now, outermost first. */
  readonly allIterVars: readonly IterVar[];
  readonly leafIterVars: readonly IterVar[];
  readonly relations: readonly Relation[];
  readonly iterVarAttrs: ReadonlyMap<IterVar, IterVarAttr>;
  readonly envThreads: readonly IterVar[];
  readonly storePredicate: PrimExpr | undefined;
  readonly attach: Attachment;
  /** The memory of the result; empty when it is not specified. */
  readonly scope: string;
  readonly doubleBuffer: boolean;
  /** The line that called `rollingBuffer`, if any. */
  readonly rollingBuffer: Span | undefined;
  /** The layout maps of the result, applied in order. */
  readonly layoutTransforms: readonly IndexMap[];
  /**
   * The dimensions of the last layout that begin a new group of dimensions; see `AXIS_SEPARATOR`.
   */
  readonly axisSeparators: readonly number[];
  /** The group the stage belongs to. */
  readonly group: Stage | undefined;
  readonly numChildStages: number;
}

/** A stage that is not scheduled yet. */
export function initialState(op: Operation | undefined): StageState {
  const axes = op?.rootIterVars ?? [];
  return {
    op,
    allIterVars: axes,
    leafIterVars: axes.some((axis) => axis.iterType === "Opaque")
      ? axes.filter((axis) => axis.iterType !== "Opaque")
      : axes,
    relations: [],
    iterVarAttrs: new Map(),
    envThreads: [],
    storePredicate: undefined,
    attach: { type: "groupRoot" },
    scope: "",
    doubleBuffer: false,
    rollingBuffer: undefined,
    layoutTransforms: [],
    axisSeparators: [],
    group: undefined,
    numChildStages: 0,
  };
}

/** The state with changed attributes of one axis. */
export function withAttr(
  state: StageState,
  axis: IterVar,
  change: (attr: IterVarAttr) => IterVarAttr,
): StageState {
  const iterVarAttrs = new Map(state.iterVarAttrs);
  iterVarAttrs.set(axis, change(iterVarAttrs.get(axis) ?? NO_ATTR));
  return { ...state, iterVarAttrs };
}

/**
 * The reduction axes that differ in `op`, which may read an extent from another tensor, with their
 * replacements.
 */
export function replacedAxes(state: StageState, op: Operation): ReadonlyMap<IterVar, IterVar> {
  const replaced = new Map<IterVar, IterVar>();
  for (const axis of op.reduceAxis) {
    const before = state.allIterVars.find((known) => known.var_ === axis.var_);
    if (before !== undefined && before !== axis) replaced.set(before, axis);
  }
  return replaced;
}

/** The state with axes replaced by others of the same variables. */
export function withAxes(state: StageState, replaced: ReadonlyMap<IterVar, IterVar>): StageState {
  if (replaced.size === 0) return state;
  const current = (axis: IterVar): IterVar => replaced.get(axis) ?? axis;
  const allIterVars = state.allIterVars.map(current);
  // If both are the same array, no loop was changed.
  const unchanged = state.leafIterVars === state.allIterVars;
  return {
    ...state,
    allIterVars,
    leafIterVars: unchanged ? allIterVars : state.leafIterVars.map(current),
    relations: state.relations.map((relation) => mapAxes(relation, current)),
    iterVarAttrs: new Map([...state.iterVarAttrs].map(([axis, attr]) => [current(axis), attr])),
  };
}
