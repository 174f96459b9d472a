/** An environment and counters, as HTML and as text. */

import { view } from "tvm-ts";
import type { EnvironmentView, MemoryFact } from "./environment-view";
import type { StatisticsView } from "./statistics-view";
import { alignedLines, bytesText, countText } from "./number-text";

const MEMORY_HEAD = ["memory", "size", "elements", "an element", "scope"];

export function environmentHtml(environment: EnvironmentView): string {
  const { model, memories } = environment;
  return view.panelHtml(
    `<div style="font-weight:bold">${view.escapeHtml(model)}</div>`,
    `<div>${view.escapeHtml(gemmText(environment))}</div>`,
    view.tableHtml(MEMORY_HEAD, memories.map(memoryCells)),
  );
}

export function environmentText(environment: EnvironmentView): string {
  const rows = [MEMORY_HEAD, ...environment.memories.map(memoryCells)];
  return [environment.model, gemmText(environment), ...alignedLines(rows)].join("\n");
}

export function statisticsHtml({ counters, dramRead, dramWritten }: StatisticsView): string {
  return view.panelHtml(
    view.tableHtml(
      ["counter", "value", "size"],
      Object.entries(counters).map(([name, value]) => [
        name,
        countText(value),
        name.endsWith("_nbytes") ? bytesText(value) : "",
      ]),
    ),
    `<div>DRAM: ${bytesText(dramRead)} read, ${bytesText(dramWritten)} written</div>`,
  );
}

export function statisticsText({ counters }: StatisticsView): string {
  return alignedLines(Object.entries(counters).map(([name, value]) => [name, String(value)])).join(
    "\n",
  );
}

function gemmText({ gemm, mock }: EnvironmentView): string {
  const { batch, blockIn, blockOut } = gemm;
  const product = `GEMM: ${batch} x ${blockIn} inputs by ${blockOut} x ${blockIn} weights`;
  return mock ? `${product}; mock: the accelerator does nothing` : product;
}

function memoryCells({ name, scope, bytes, depth, dtype, shape }: MemoryFact): string[] {
  return [name, bytesText(bytes), countText(depth), `${dtype} [${shape.join(", ")}]`, scope ?? ""];
}
