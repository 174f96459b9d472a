/** A schedule's stages, for the schedule view. */

import { bytesOf, reprExpr, type IterType, type IterVar, type PrimExpr } from "../ir";
import { UsageError, type Place } from "../support";
import {
  inferBound,
  type Attachment,
  type LoopType,
  type Relation,
  type Schedule,
  type Stage,
} from "../te";

/** A loop of a stage. */
export interface StageLoop {
  readonly name: string;
  /**
   * The loop's extent where the stage is computed; for a schedule that cannot be lowered yet, only
   * declared extents.
   */
  readonly extent?: string;
  readonly iterType: IterType;
  /** The kind of the loop. */
  readonly loopType: LoopType;
  /** The tag of its thread axis. */
  readonly thread?: string;
  /** `dma_copy`, or `auto_unroll_max_step = 16`. */
  readonly pragmas: readonly string[];
  /** The intrinsic that replaces it and the loops inside it. */
  readonly intrinsic?: string;
}

/** A relation between axes, by their names. */
export type AxisRelation =
  | {
      readonly kind: "split";
      readonly parent: string;
      readonly outer: string;
      readonly inner: string;
      readonly by: "factor" | "nparts";
      readonly amount: string;
    }
  | {
      readonly kind: "fuse";
      readonly outer: string;
      readonly inner: string;
      readonly fused: string;
    }
  | {
      readonly kind: "transform";
      readonly original: readonly string[];
      readonly transformed: readonly string[];
    };

/** The attachment of a stage. */
export type StagePlace =
  | { readonly where: "root" | "inlined" }
  | {
      readonly where: "loop";
      readonly stage: string;
      readonly axis: string;
      /** The indices of stage and loop in this view, if they are in it. */
      readonly at?: readonly [stage: number, loop: number];
    }
  | { readonly where: "scan"; readonly stage: string };

/** Bytes needed and available in an on-chip memory. */
export interface ScopeDemand {
  readonly needed: number;
  readonly capacity: number;
}

export interface StageFact {
  readonly name: string;
  /** `compute`, `placeholder`, ...; a group has none. */
  readonly operation?: string;
  readonly isOutput: boolean;
  /** The stage in the reference's text format. */
  readonly text: string;
  /** The names of the tensors it reads. */
  readonly inputs: readonly string[];
  /** The scope of its result; empty if not set. */
  readonly scope: string;
  /** The bytes of that memory that its result needs, if both are known. */
  readonly memory?: ScopeDemand;
  readonly place: StagePlace;
  /** Outermost first. */
  readonly loops: readonly StageLoop[];
  /** In the order of their creation. */
  readonly relations: readonly AxisRelation[];
  readonly madeAt?: Place;
}

export interface ScheduleView {
  readonly version: 1;
  /** Producers before consumers. */
  readonly stages: readonly StageFact[];
}

/** The sizes of on-chip memories in bytes, by scope. */
export type MemorySizes = Readonly<Record<string, number>>;

/** The view of a whole schedule, or of one stage of it. */
export function scheduleView(shown: Schedule | Stage, sizes: MemorySizes = {}): ScheduleView {
  const [schedule, stages] = "stages" in shown ? [shown, shown.stages] : [shown.schedule, [shown]];
  const bounds = stageBounds(schedule);
  return { version: 1, stages: stages.map((stage) => stageFact(stage, stages, bounds, sizes)) };
}

interface Bounds {
  /** The extents of the stage's loops, outermost first. */
  readonly loops: readonly (PrimExpr | undefined)[];
  /** Bytes of its result that are live at a time; undefined if an extent is symbolic. */
  readonly bytes: number | undefined;
}

/** The ranges that lowering infers; none for an unfinished schedule. */
function stageBounds(schedule: Schedule): ReadonlyMap<Stage, Bounds> {
  try {
    const normalized = schedule.normalize();
    const { domains } = inferBound(normalized);
    const extentOf = (axis: IterVar) => domains.get(axis)?.extent;
    return new Map(
      schedule.stages.map((stage, i) => {
        const { leafIterVars, op } = normalized.stages[i]!;
        const axes = "axis" in op ? (op.axis as readonly IterVar[]) : [];
        const perElement = op.outputs.reduce((sum, { dtype }) => sum + bytesOf(dtype), 0);
        const bytes = sizeInBytes(axes.map(extentOf), perElement);
        return [stage, { loops: leafIterVars.map(extentOf), bytes }];
      }),
    );
  } catch (error) {
    if (error instanceof UsageError) return new Map();
    throw error;
  }
}

/** @param perElement bytes of an element */
function sizeInBytes(
  extents: readonly (PrimExpr | undefined)[],
  perElement: number,
): number | undefined {
  const numbers = extents.map((extent) => (extent?.kind === "IntImm" ? extent.value : NaN));
  const bytes = numbers.reduce((product, extent) => product * extent, perElement);
  return Number.isNaN(bytes) ? undefined : bytes;
}

function stageFact(
  stage: Stage,
  shown: readonly Stage[],
  bounds: ReadonlyMap<Stage, Bounds>,
  sizes: MemorySizes,
): StageFact {
  const { originOp } = stage;
  const isGroup = originOp === undefined;
  const madeAt = originOp?.span?.place;
  const { loops, bytes } = bounds.get(stage) ?? { loops: [], bytes: undefined };
  const capacity = sizes[stage.scope];
  const isKnown = bytes !== undefined && capacity !== undefined;
  return {
    name: stage.name,
    ...(!isGroup && { operation: stage.op.kind }),
    isOutput: stage.isOutput,
    text: String(stage),
    inputs: isGroup ? [] : stage.op.inputTensors.map((tensor) => tensor.name),
    scope: stage.scope,
    ...(isKnown && { memory: { needed: bytes, capacity } }),
    place: placeOf(stage.attachment, shown),
    loops: stage.leafIterVars.map((axis, i) => loopOf(stage, axis, loops[i] ?? axis.dom?.extent)),
    relations: stage.relations.flatMap(relationOf),
    ...(madeAt !== undefined && { madeAt }),
  };
}

function placeOf(attachment: Attachment, shown: readonly Stage[]): StagePlace {
  switch (attachment.type) {
    case "groupRoot":
      return { where: "root" };
    case "inline":
    case "inlinedAlready":
      return { where: "inlined" };
    case "scope": {
      const { stage, axis } = attachment;
      const at = [shown.indexOf(stage), stage.leafIterVars.indexOf(axis)] as const;
      const isShown = at.every((index) => index >= 0);
      return { where: "loop", stage: stage.name, axis: axis.name, ...(isShown && { at }) };
    }
    case "scanUpdate":
      return { where: "scan", stage: attachment.stage.name };
  }
}

function loopOf(stage: Stage, axis: IterVar, extent: PrimExpr | undefined): StageLoop {
  const attr = stage.iterVarAttrs.get(axis);
  const pragmas = attr?.pragmas ?? [];
  return {
    name: axis.name,
    ...(extent !== undefined && { extent: reprExpr(extent) }),
    iterType: axis.iterType,
    loopType: attr?.iterType ?? "DataPar",
    ...(attr?.bindThread !== undefined && { thread: attr.bindThread.threadTag }),
    pragmas: pragmas.map(({ key, value }) =>
      value === undefined ? key : `${key} = ${reprExpr(value)}`,
    ),
    ...(attr?.tensorIntrin !== undefined && { intrinsic: attr.tensorIntrin.name }),
  };
}

/** Rebased and singleton axes are internal to the compiler. */
function relationOf(relation: Relation): AxisRelation[] {
  switch (relation.kind) {
    case "split":
      return [
        {
          kind: "split",
          parent: relation.parent.name,
          outer: relation.outer.name,
          inner: relation.inner.name,
          by: relation.by,
          amount: reprExpr(relation.amount),
        },
      ];
    case "fuse":
      return [
        {
          kind: "fuse",
          outer: relation.outer.name,
          inner: relation.inner.name,
          fused: relation.fused.name,
        },
      ];
    case "transform":
      return [
        {
          kind: "transform",
          original: relation.original.map((axis) => axis.name),
          transformed: relation.transformed.map((axis) => axis.name),
        },
      ];
    case "rebase":
    case "singleton":
      return [];
  }
}
