/** The passes as HTML: a line for each, and behind those that changed something the IR after them. */

import { escapeHtml, irHtml, panelHtml } from "./html";
import type { PassStep, PassView } from "./pass-view";

export function passHtml({ steps, texts }: PassView): string {
  const shown = new Set<number>();
  const lines = steps.map((step) => {
    // What a sequence gives is there already, behind the last of its passes.
    const isNew = step.changed && !shown.has(step.after);
    shown.add(step.after);
    return stepHtml(step, isNew ? texts[step.after] : undefined);
  });
  return panelHtml(...lines);
}

function stepHtml({ name, depth, milliseconds, changed }: PassStep, text?: string): string {
  const indent = `margin-left:${depth * 16}px`;
  const label = escapeHtml(`${name} (${milliseconds.toFixed(2)} ms)`);
  if (!changed) return `<div style="${indent};color:#5f5f5f">${label}</div>`;
  if (text === undefined) return `<div style="${indent}"><b>${label}</b></div>`;
  return `<details style="${indent}"><summary><b>${label}</b></summary>${irHtml(text)}</details>`;
}
