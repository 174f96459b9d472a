/** A network as an SVG picture without scripts; tooltips show the facts of a box. */

import { view } from "tvm-ts";
import type { GraphMeasure, GraphNodeFact, NetworkGraphView } from "./network-graph";

const STRIPE = 8;
/** For boxes without the measure. */
const UNKNOWN = "#d9d9d9";
const INK = "#1a1a1a";
const PAPER = "#ffffff";

const MEASURE_TEXT: Readonly<Record<GraphMeasure, string>> = {
  device: "where it runs",
  cycles: "cycles",
  bytes: "bytes between the accelerator and DRAM",
  error: "noise of the integers",
};

export function networkGraphHtml(graph: NetworkGraphView): string {
  const { width, height, nodes, edges, measures } = graph;
  const [measure] = measures as [GraphMeasure];
  const lines = edges.map(({ points, text }) => {
    const path = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
    const title = `<title>${view.escapeHtml(text)}</title>`;
    return `<path d="${path}" fill="none" stroke="#6b6b6b" marker-end="url(#tvm-arrow)">${title}</path>`;
  });
  const boxes = nodes.map((node) => box(node, node.colors[measure] ?? UNKNOWN));
  const alt = `${nodes.length} boxes, coloured by ${MEASURE_TEXT[measure]}`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" aria-label="${alt}" ` +
    `style="background:${PAPER};display:block;font-family:sans-serif;font-size:12px">` +
    `<defs><marker id="tvm-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" ` +
    `orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b6b6b"/></marker></defs>` +
    `${lines.join("")}${boxes.join("")}</svg>`;
  return view.panelHtml(
    `<div style="margin-bottom:4px">${view.escapeHtml(legend(measure))}</div>`,
    `<div tabindex="0" style="overflow:auto;max-height:480px;background:${PAPER}">${svg}</div>`,
  );
}

function legend(measure: GraphMeasure): string {
  if (measure === "device") return "Blue runs on the accelerator, orange on the host.";
  return `Coloured by ${MEASURE_TEXT[measure]}: yellow is most, violet least, grey not known.`;
}

function box(
  { x, y, width, height, label, operators, facts }: GraphNodeFact,
  color: string,
): string {
  const title = facts.map(([name, text]) => `${name}: ${text}`).join("\n");
  const left = x + STRIPE + 6;
  const second =
    operators === ""
      ? ""
      : `<text x="${left}" y="${y + 32}" fill="#555555" font-size="10.5">${view.escapeHtml(operators)}</text>`;
  return (
    `<g><title>${view.escapeHtml(title)}</title>` +
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3" fill="#f7f7f7" stroke="#8a8a8a"/>` +
    `<rect x="${x}" y="${y}" width="${STRIPE}" height="${height}" fill="${color}"/>` +
    `<text x="${left}" y="${y + (second === "" ? 24 : 17)}" fill="${INK}">${view.escapeHtml(label)}</text>` +
    `${second}</g>`
  );
}
