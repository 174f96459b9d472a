/** Two schedules side by side: their programs, the passes that changed them, and their cycles by cause. */

import { view } from "tvm-ts";
import { compareSchedules, type ScheduleComparison, type ScheduledProgram } from "../explore";
import { STAGE_NAMES, STALL_CAUSES } from "../accelerator";
import { CAUSE_TEXT } from "../sim";
import { countText } from "./number-text";
import { PLAIN } from "./timeline-html";

/**
 * Compares two schedules of one computation, each a program (`vta.view.compare(a.program(), b.program())`) or
 * `[schedule, args]`.
 * @throws UsageError when one of them cannot be compiled
 */
export function compare(
  a: ScheduledProgram,
  b: ScheduledProgram,
  options: Parameters<typeof compareSchedules>[2] = {},
): view.Picture {
  const sides = compareSchedules(a, b, options);
  const head = ["", "first", "second", "difference"];
  const body = rowsOf(sides);
  const text = [head, ...body].map((cells) => cells.join("  ")).join("\n");
  const programs = sides
    .map(
      ({ program }) =>
        `<td style="vertical-align:top;text-align:left;${PLAIN}">${pre(program)}</td>`,
    )
    .join("");
  return new view.Picture({
    "text/html": view.panelHtml(
      view.tableHtml(head, body),
      `<table style="width:100%;table-layout:fixed"><tr style="${PLAIN}">${programs}</tr></table>`,
    ),
    "text/plain": text,
  });
}

function pre(text: string): string {
  const style =
    `${PLAIN};overflow:auto;max-height:320px;font-family:monospace;white-space:pre-wrap;` +
    "word-break:normal;overflow-wrap:anywhere;margin:0";
  return `<pre tabindex="0" style="${style}">${view.escapeHtml(text)}</pre>`;
}

function rowsOf([first, second]: readonly [ScheduleComparison, ScheduleComparison]): string[][] {
  const row = (name: string, value: (side: ScheduleComparison) => number): string[] => {
    const [a, b] = [value(first), value(second)];
    return [name, countText(a), countText(b), countText(a - b)];
  };
  const causes = STAGE_NAMES.flatMap((module) =>
    STALL_CAUSES.map((cause) =>
      row(`${module}: ${CAUSE_TEXT[cause]}`, ({ profile }) => profile.modules[module][cause]),
    ).filter(([, a, b]) => a !== "0" || b !== "0"),
  );
  return [
    row("cycles", ({ profile }) => profile.cycles),
    row("instructions", ({ profile }) => profile.instructions),
    row("bytes", ({ profile }) => profile.totalBytes),
    row("loops of the program", ({ loops }) => loops),
    row("passes that change it", ({ passes }) => passes),
    ...causes,
  ];
}
