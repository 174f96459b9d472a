/** The passes as HTML: a line for each, with the resulting IR for passes that changed something. */

import { COLORED, escapeHtml, irHtml, panelHtml } from "./html";
import type { PassStep, PassView } from "./pass-view";

export function passHtml({ steps, texts, failure }: PassView): string {
  const shown = new Set<number>();
  const byPasses = new Set(
    steps.flatMap((step) => (step.changed && !step.isSequence ? [step.after] : [])),
  );
  const lines = steps.map((step) => {
    // The result of a sequence is shown at its last pass, if that pass has the same result.
    const isAbove = step.isSequence && byPasses.has(step.after);
    const isNew = step.changed && !isAbove && !shown.has(step.after);
    if (isNew) shown.add(step.after);
    return stepHtml(step, isNew ? texts[step.after] : undefined);
  });
  if (failure === undefined) return panelHtml(...lines);
  const { name, after } = steps.at(-1)!;
  lines[lines.length - 1] =
    `<div style="color:#a31515"><b>${escapeHtml(`${name} failed`)}</b></div>` +
    `<pre style="margin:4px 0;white-space:pre-wrap;${COLORED}">${escapeHtml(`${failure.error}: ${failure.message}`)}</pre>` +
    `<details open><summary>The IR before it</summary>${irHtml(texts[after] ?? "")}</details>`;
  return panelHtml(...lines);
}

function stepHtml({ name, depth, milliseconds, changed }: PassStep, text?: string): string {
  const indent = `margin-left:${depth * 16}px`;
  // Programs that are compared took no time.
  const time = milliseconds > 0 ? ` (${milliseconds.toFixed(2)} ms)` : "";
  const label = escapeHtml(name + time);
  if (!changed) return `<div style="${indent};color:#5f5f5f">${label}</div>`;
  if (text === undefined) return `<div style="${indent}"><b>${label}</b></div>`;
  return `<details style="${indent}"><summary><b>${label}</b></summary>${irHtml(text)}</details>`;
}
