/** The texts and colours of stall causes. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";

/** By the library's names, in the order in which it charges cycles to them. */
const TEXTS: Readonly<Record<string, (trans: TranslationBundle) => string>> = {
  busy: (trans) => trans.__("busy"),
  memoryBus: (trans) => trans.__("waits for memory: the bus moves other data"),
  memoryLatency: (trans) => trans.__("waits for memory: latency"),
  writeOutstanding: (trans) => trans.__("waits for memory: a write is outstanding"),
  tokenFromLoad: (trans) => trans.__("waits for a token from load"),
  tokenFromCompute: (trans) => trans.__("waits for a token from compute"),
  tokenFromStore: (trans) => trans.__("waits for a token from store"),
  notFetched: (trans) => trans.__("next instruction not fetched"),
  fetchBlocked: (trans) => trans.__("fetch is blocked by a full queue"),
  finished: (trans) => trans.__("finished"),
};

export function causeText(cause: string, trans: TranslationBundle): string {
  return isKnown(cause) ? TEXTS[cause]!(trans) : cause;
}

/** The CSS variable with a cause's colour. */
export function causeColor(cause: string): string {
  return `--jp-tvm-cause-${isKnown(cause) ? cause : "finished"}`;
}

function isKnown(cause: string): boolean {
  return Object.hasOwn(TEXTS, cause);
}

export function causeLegend(causes: readonly string[], trans: TranslationBundle): HTMLElement {
  const items = causes.map((cause) => {
    const swatch = element("span", "jp-tvm-Swatch");
    swatch.style.background = `var(${causeColor(cause)})`;
    return element("span", "jp-tvm-LegendItem", swatch, causeText(cause, trans));
  });
  return element("div", "jp-tvm-Legend", ...items);
}
