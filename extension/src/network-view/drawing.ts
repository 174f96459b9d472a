/** The SVG of a network: arrows, and boxes that can be reached with the keyboard. */

import type { NetworkNode, PictureData } from "./schema";

const STRIPE = 8;
const TEXT_AT = STRIPE + 6;

function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

export interface Drawing {
  readonly root: SVGSVGElement;
  /** The elements of a box: the focusable group, and the coloured stripe. */
  readonly boxes: readonly SVGGElement[];
  readonly stripes: readonly SVGRectElement[];
}

/** Marker ids must be unique in the page. */
let drawings = 0;

/** @param open called with a box's number when it is clicked, or Enter is pressed on it */
export function draw(data: PictureData, label: string, open: (node: number) => void): Drawing {
  const arrow = `jp-tvm-Arrow-${drawings++}`;
  const head = svg("path", { d: "M0 0L8 4L0 8z", class: "jp-tvm-Network-head" });
  const marker = svg(
    "marker",
    {
      id: arrow,
      viewBox: "0 0 8 8",
      refX: 8,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: "auto",
    },
    head,
  );
  const edges = data.edges.map(({ points, text }) => {
    const d = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
    const attributes = { d, class: "jp-tvm-Network-edge", "marker-end": `url(#${arrow})` };
    return svg("path", attributes, svg("title", {}, text));
  });
  const stripes = data.nodes.map(({ x, y, height }) =>
    svg("rect", { x, y, width: STRIPE, height, class: "jp-tvm-Network-stripe" }),
  );
  const boxes = data.nodes.map((node, i) => {
    const box = boxOf(node, stripes[i]!);
    box.addEventListener("click", () => open(i));
    box.addEventListener("keydown", ({ key }) => {
      if (key === "Enter" || key === " ") open(i);
    });
    return box;
  });
  const root = svg("svg", { class: "jp-tvm-Network-picture", role: "group", "aria-label": label });
  root.append(svg("defs", {}, marker), ...edges, ...boxes);
  return { root, boxes, stripes };
}

function boxOf(node: NetworkNode, stripe: SVGRectElement): SVGGElement {
  const { x, y, width, height, label, operators } = node;
  const lines = [svg("text", { x: x + TEXT_AT, y: y + (operators === "" ? 24 : 17) }, label)];
  if (operators !== "") {
    const attributes = { x: x + TEXT_AT, y: y + 32, class: "jp-tvm-Network-operators" };
    lines.push(svg("text", attributes, operators));
  }
  const frame = svg("rect", { x, y, width, height, class: "jp-tvm-Network-box" });
  const attributes = { tabindex: 0, role: "button", "aria-label": `${label}: ${operators}` };
  return svg("g", attributes, frame, stripe, ...lines);
}
