/** The causes of stalls in words and colours. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";

/** As the library calls them, in the order in which it charges cycles to them. */
const CAUSES = [
  "busy",
  "memoryBus",
  "memoryLatency",
  "writeOutstanding",
  "tokenFromLoad",
  "tokenFromCompute",
  "tokenFromStore",
  "notFetched",
  "fetchBlocked",
  "finished",
] as const;

export function causeText(cause: string, trans: TranslationBundle): string {
  switch (cause as (typeof CAUSES)[number]) {
    case "busy":
      return trans.__("busy");
    case "memoryBus":
      return trans.__("waits for memory: the bus moves other data");
    case "memoryLatency":
      return trans.__("waits for memory: latency");
    case "writeOutstanding":
      return trans.__("waits for memory: a write is outstanding");
    case "tokenFromLoad":
      return trans.__("waits for a token from load");
    case "tokenFromCompute":
      return trans.__("waits for a token from compute");
    case "tokenFromStore":
      return trans.__("waits for a token from store");
    case "notFetched":
      return trans.__("next instruction not fetched");
    case "fetchBlocked":
      return trans.__("fetch is blocked by a full queue");
    case "finished":
      return trans.__("finished");
    default:
      return cause;
  }
}

/** The name of the style sheet's variable with a cause's colour. */
export function causeColor(cause: string): string {
  const known = (CAUSES as readonly string[]).includes(cause);
  return `--jp-tvm-cause-${known ? cause : "finished"}`;
}

export function causeLegend(causes: readonly string[], trans: TranslationBundle): HTMLElement {
  const items = causes.map((cause) => {
    const swatch = element("span", "jp-tvm-Swatch");
    swatch.style.background = `var(${causeColor(cause)})`;
    return element("span", "jp-tvm-LegendItem", swatch, causeText(cause, trans));
  });
  return element("div", "jp-tvm-Legend", ...items);
}
