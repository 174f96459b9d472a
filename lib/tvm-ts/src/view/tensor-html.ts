/** Tensors and their differences as HTML: a picture, its scale, and statistics as text. */

import { elementCount, formatFloat, plural } from "../support";
import type { ColorScale } from "./color-scale";
import { escapeHtml, imageHtml, panelHtml, tableHtml } from "./html";
import { axesTitle, rowAxes } from "./matrix-layout";
import { heatmapPng, heatmapUri, legendUri, type Matrix } from "./heatmap-image";
import type { Reduced } from "./downsample";
import type { TensorDifference } from "./tensor-diff-view";
import type { PreparedTensor } from "./tensor-view";

export function tensorHtml(tensor: PreparedTensor): string {
  const { dtype, shape, reduced, scale, statistics } = tensor;
  const { min, max, mean, zeros, nans, infinities } = statistics;
  const name = tensor.name === undefined ? "" : `${tensor.name}: `;
  const facts = [
    ...(min === null ? [] : [`min ${short(min)}`, `max ${short(max!)}`, `mean ${short(mean!)}`]),
    ...(zeros > 0 ? [plural(zeros, "zero")] : []),
    ...(nans > 0 ? [`${nans} NaN (grey)`] : []),
    ...(infinities > 0 ? [`${infinities} infinite (grey)`] : []),
  ];
  return panelHtml(
    heading(`${name}${dtype} [${shape.join(", ")}]`),
    picture(reduced, shape, scale),
    line(facts.join(" · ")),
  );
}

export function tensorDiffHtml(difference: TensorDifference): string {
  const { actualName, expectedName, shape, mismatches, first } = difference;
  const { maxAbsolute, maxRelative, reduced, scale } = difference;
  const total = elementCount(shape);
  if (mismatches === 0) {
    const tick = '<span style="color:#1b6e1b;font-weight:bold">✓</span>';
    return panelHtml(`<div>${tick} All ${plural(total, "element")} agree.</div>`);
  }
  const rows = first.map((m) => [`[${m.index.join(", ")}]`, m.actual, m.expected]);
  return panelHtml(
    heading(`Elements that differ: ${mismatches} of ${total}`),
    picture(reduced, shape, scale),
    line(`largest difference ${short(maxAbsolute)}, relative ${short(maxRelative)}`),
    tableHtml(["index", actualName ?? "actual", expectedName ?? "expected"], rows),
  );
}

/** The picture, for front ends without HTML; undefined for an empty tensor. */
export function tensorPng({ shape, values }: Reduced, scale: ColorScale): string | undefined {
  return values.length === 0 ? undefined : heatmapPng(asMatrix({ shape, values }), scale);
}

function asMatrix({ shape, values }: Pick<Reduced, "shape" | "values">): Matrix {
  const split = rowAxes(shape);
  const rows = elementCount(shape.slice(0, split));
  return { rows, columns: elementCount(shape.slice(split)), values };
}

function picture(reduced: Reduced, shape: readonly number[], scale: ColorScale): string {
  const { shape: small, values } = reduced;
  if (values.length === 0) return line("no elements");
  const split = rowAxes(small);
  const down = axesTitle(shape, 0, split);
  const across = axesTitle(shape, split, shape.length);
  const caption = [down && `down: ${down}`, across && `across: ${across}`]
    .filter(Boolean)
    .join(", ");
  return (
    imageHtml(heatmapUri(asMatrix(reduced), scale), `heatmap, ${caption}`, "") +
    line(caption) +
    `<div>${short(scale.low)} ${imageHtml(legendUri(scale), "color scale", "width:160px;height:12px")} ${short(scale.high)}</div>`
  );
}

function heading(text: string): string {
  return `<div style="font-weight:bold">${escapeHtml(text)}</div>`;
}

function line(text: string): string {
  return `<div>${escapeHtml(text)}</div>`;
}

/** Integers in full, other numbers with a few digits. */
function short(value: number): string {
  return Number.isInteger(value) ? String(value) : formatFloat(value);
}
