/** A program's use of the on-chip memories, in numbers. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { table } from "../dom/table";
import { bytesText, countText, percentText } from "../dom/quantities";
import type { TraceModel } from "../trace/model";

export function useTable({ data }: TraceModel, trans: TranslationBundle): HTMLTableElement {
  return table(
    trans.__("Use of the on-chip memories"),
    [
      trans.__("Memory"),
      trans.__("Capacity"),
      trans.__("Elements"),
      trans.__("Most in use at once"),
      trans.__("On average"),
      trans.__("Never written"),
      trans.__("Written, never read"),
    ],
    data.memories.map(({ name, depth, elementBytes, touched, peak, average, unread }) => [
      name,
      bytesText(depth * elementBytes),
      countText(depth),
      `${countText(peak)} (${percentText(peak, depth)})`,
      percentText(average, depth),
      `${countText(depth - touched)} (${percentText(depth - touched, depth)})`,
      countText(unread),
    ]),
  );
}
