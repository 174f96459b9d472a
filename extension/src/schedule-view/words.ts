/** Stages, loops and relations as text. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { view } from "tvm-ts";
import { bytesText } from "../dom/quantities";

/** The kind of a remark; each has a colour. */
export type RemarkKind = "operation" | "memory" | "place" | "reduction" | "loop" | "accelerator";

export interface Remark {
  readonly kind: RemarkKind;
  readonly text: string;
}

/** Remarks on a stage, shown after its name. */
export function stageRemarks(stage: view.StageFact, trans: TranslationBundle): Remark[] {
  return [
    { kind: "operation", text: stage.operation ?? trans.__("group") },
    ...(stage.isOutput ? [{ kind: "operation", text: trans.__("output") } as const] : []),
    ...memoryRemark(stage, trans),
    ...placeRemark(stage.place, trans).map((text): Remark => ({ kind: "place", text })),
  ];
}

/** The memory of its result, and how much of it the stage needs. */
function memoryRemark({ scope, memory }: view.StageFact, trans: TranslationBundle): Remark[] {
  if (scope === "") return [];
  if (memory === undefined) return [{ kind: "memory", text: trans.__("in %1", scope) }];
  const [needed, capacity] = [bytesText(memory.needed), bytesText(memory.capacity)];
  return [{ kind: "memory", text: trans.__("in %1: %2 of %3", scope, needed, capacity) }];
}

/** Where it is attached, if it is. */
function placeRemark(place: view.StagePlace, trans: TranslationBundle): string[] {
  switch (place.where) {
    case "root":
      return [];
    case "inlined":
      return [trans.__("inlined")];
    case "loop":
      return [trans.__("computed at %1 of %2", place.axis, place.stage)];
    case "scan":
      return [trans.__("in each step of %1", place.stage)];
  }
}

export function loopRemarks(loop: view.StageLoop, trans: TranslationBundle): Remark[] {
  const remark =
    (kind: RemarkKind) =>
    (text: string): Remark => ({ kind, text });
  const { thread, intrinsic } = loop;
  return [
    ...(loop.iterType === "CommReduce" ? [trans.__("reduction")] : []).map(remark("reduction")),
    ...[
      ...loopTypeRemark(loop.loopType, trans),
      ...(thread === undefined ? [] : [trans.__("bound to thread %1", thread)]),
    ].map(remark("loop")),
    ...[
      ...loop.pragmas.map((pragma) => trans.__("pragma %1", pragma)),
      ...(intrinsic === undefined ? [] : [trans.__("done by %1", intrinsic)]),
    ].map(remark("accelerator")),
  ];
}

function loopTypeRemark(type: view.StageLoop["loopType"], trans: TranslationBundle): string[] {
  switch (type) {
    case "DataPar":
    case "Tensorized": // the intrinsic is named
      return [];
    case "Unrolled":
      return [trans.__("unrolled")];
    case "Vectorized":
      return [trans.__("vectorized")];
    case "Parallelized":
      return [trans.__("parallel")];
  }
}

/** `i, split by 8: i.outer, i.inner` */
export function relationText(relation: view.AxisRelation, trans: TranslationBundle): string {
  if (relation.kind === "fuse") {
    const { outer, inner, fused } = relation;
    return trans.__("%1 and %2 → %3, fused", outer, inner, fused);
  }
  if (relation.kind === "transform") {
    const [from, to] = [relation.original.join(", "), relation.transformed.join(", ")];
    return trans.__("%1 → %2, in another layout", from, to);
  }
  const { parent, outer, inner, amount } = relation;
  return relation.by === "nparts"
    ? trans.__("%1 → %2, %3, split in %4 parts", parent, outer, inner, amount)
    : trans.__("%1 → %2, %3, split by %4", parent, outer, inner, amount);
}
