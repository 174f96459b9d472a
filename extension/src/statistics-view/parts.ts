/** The counters of runs, and the bytes moved. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import { bytesText, countText } from "../dom/quantities";
import { table } from "../dom/table";
import type { StatisticsData } from "./schema";

export function statisticsParts(
  { counters, dramRead, dramWritten }: StatisticsData,
  trans: TranslationBundle,
): HTMLElement[] {
  // In the reference, the names of byte counters have this ending.
  const rows = Object.entries(counters).map(([name, value]) => [
    name,
    countText(value),
    name.endsWith("_nbytes") ? bytesText(value) : "",
  ]);
  const moved = trans.__("DRAM: %1 read, %2 written", bytesText(dramRead), bytesText(dramWritten));
  const head = [trans.__("Counter"), trans.__("Value"), trans.__("Size")];
  return [table(trans.__("Counters"), head, rows), element("p", "", moved)];
}
