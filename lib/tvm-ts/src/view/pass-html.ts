/** The passes as HTML: a line for each, and behind those that changed something the IR after them. */

import { escapeHtml, irHtml, panelHtml } from "./html";
import type { PassStep, PassView } from "./pass-view";

export function passHtml(view: PassView): string {
  return panelHtml(...view.steps.map((step) => stepHtml(step, view.texts)));
}

function stepHtml(step: PassStep, texts: readonly string[]): string {
  const indent = `margin-left:${step.depth * 16}px`;
  const label = escapeHtml(`${step.name} (${step.milliseconds.toFixed(2)} ms)`);
  if (!step.changed) return `<div style="${indent};color:#5f5f5f">${label}</div>`;
  return (
    `<details style="${indent}"><summary><b>${label}</b></summary>` +
    `${irHtml(texts[step.after]!)}</details>`
  );
}
