/** Stages, tokens and accesses as text. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { countText } from "../dom/quantities";
import type { Access, TraceModel } from "../trace/model";
import type { TimeWindow } from "../trace/time-window";
import { COMPUTE, LOAD } from "../trace/tokens";

export function stageName(stage: number, trans: TranslationBundle): string {
  switch (stage) {
    case LOAD:
      return trans.__("load");
    case COMPUTE:
      return trans.__("compute");
    default:
      return trans.__("store");
  }
}

/** `cycles 0 to 1,200 of 5,000 in sight`; nothing when all are. */
export function inSightText(window: TimeWindow, trans: TranslationBundle): string {
  if (window.showsAll) return "";
  const [from, to, total] = [window.from, window.to, window.total].map((time) =>
    countText(Math.round(time)),
  );
  return window.model.hasCycles
    ? trans.__("cycles %1 to %2 of %3 in sight", from, to, total)
    : trans.__("instructions %1 to %2 of %3 in sight", from, to, total);
}

/** As much of a title as there is room for: all of it, its first word, or nothing. */
export function fittingTitle(title: string, fits: (text: string) => boolean): string {
  return [title, title.split(" ")[0]!].find(fits) ?? "";
}

/** `reads INP 0..16` */
export function accessText(access: Access, trans: TranslationBundle): string {
  const { memory, begin, end } = access;
  const place = `${memory.name} ${begin}..${end}`;
  switch (access.done) {
    case "read":
      return trans.__("reads %1", place);
    case "written":
      return trans.__("writes %1", place);
    case "padded":
      return trans.__("fills %1 with zeros", place);
  }
}

/** The most values of an element in a line. */
const SHOWN_VALUES = 8;

/** `3 -1 0 4 ...` */
export function valuesText(values: readonly number[]): string {
  const shown = values.slice(0, SHOWN_VALUES).join(" ");
  return values.length > SHOWN_VALUES ? `${shown} …` : shown;
}

/** `INP 16 becomes 3 -1 0 4 …`, for the first element that an instruction writes in each memory. */
export function writtenTexts(model: TraceModel, index: number, trans: TranslationBundle): string[] {
  return model.memories.flatMap((memory) => {
    const place = memory.firstWritten(index);
    const values = place === undefined ? undefined : memory.valuesOf(index, place);
    if (values === undefined) return [];
    return [trans.__("%1 becomes %2", `${memory.fact.name} ${place}`, valuesText(values))];
  });
}

/** A sentence about a token, with the instruction at its other end, if any. */
export interface TokenText {
  readonly text: string;
  readonly other: number | undefined;
}

/** The tokens that an instruction pops, then those that it pushes. */
export function tokenTexts(
  model: TraceModel,
  index: number,
  trans: TranslationBundle,
): TokenText[] {
  return model.tokensAt(index).map((token) => {
    const waits = token.popped === index;
    const other = waits ? token.pushed : token.popped;
    const stage = stageName(waits ? token.from : token.to, trans);
    if (other === undefined) {
      return {
        text: waits
          ? trans.__("waits for %1, which is not in the trace", stage)
          : trans.__("pushes a token to %1 that is never popped", stage),
        other,
      };
    }
    const name = `${other} ${model.title(other)}`;
    const text = waits
      ? trans.__("waits for %1: %2", stage, name)
      : trans.__("lets %1 begin: %2", stage, name);
    return { text, other };
  });
}

/** `⇠c` pops from compute, `⇢s` pushes to store: for a narrow column. */
export function tokenMarks(model: TraceModel, index: number): string {
  const letters = ["L", "C", "S"];
  return model
    .tokensAt(index)
    .map(({ from, to, popped }) => (popped === index ? `${letters[from]}→` : `→${letters[to]}`))
    .join(" ");
}
