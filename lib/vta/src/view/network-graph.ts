/**
 * A network as boxes and arrows: its functions, or before it is built its operators with their elementwise
 * epilogues. A layered layout positions them.
 */

import { graphlib, layout } from "@dagrejs/dagre";
import { relay } from "tvm-ts";
import type { Network, RunnableNetwork } from "../graph";
import { networkBoxes, valueTypeText, type Box, type NetworkGraphOptions } from "./network-boxes";
import { boxColors, DEVICE_COLORS, SCALE } from "./network-colors";
import { foldedBox, foldedMembers } from "./network-folding";

/** The measures that can colour boxes. */
const GRAPH_MEASURES = ["device", "cycles", "bytes", "error"] as const;
export type GraphMeasure = (typeof GRAPH_MEASURES)[number];

export interface GraphNodeFact {
  readonly label: string;
  /** Operators, in the order in which they are computed. */
  readonly operators: string;
  readonly device: "input" | "host" | "accelerator";
  /** Upper left corner and size, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Its facts: names and texts. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** Its colour by each of its measures. */
  readonly colors: Readonly<Partial<Record<GraphMeasure, string>>>;
}

export interface GraphEdgeFact {
  /** The numbers of the source box and the target box. */
  readonly from: number;
  readonly to: number;
  /** The tensor: `1 x 4 x 14 x 14 x 1 x 16, int8`. */
  readonly text: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Boxes and arrows with their positions. */
export interface GraphPicture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNodeFact[];
  readonly edges: readonly GraphEdgeFact[];
}

/** The network with a box for each of its repeated blocks. */
export interface FoldedGraph extends GraphPicture {
  /** For each box, the numbers of the boxes that it replaces. */
  readonly members: readonly (readonly number[])[];
}

/** A network as a front end draws it. */
export interface NetworkGraphView extends GraphPicture {
  readonly version: 1;
  /** Missing without repeated blocks. */
  readonly folded?: FoldedGraph;
  /** The id for requests about boxes over the comm `tvm-vta.network`. */
  readonly live?: string;
  /** The measures that some box has; the first is shown initially. */
  readonly measures: readonly GraphMeasure[];
  /** Colours from the least to the greatest value, and those of devices. */
  readonly scale: readonly string[];
  readonly devices: Readonly<Record<"host" | "accelerator", string>>;
}

const HEIGHT = 40;
const CHARACTER = 6.8;
const PADDING = 24;
const MIN_WIDTH = 110;
const MAX_CHARACTERS = 34;

export function networkGraphView(
  network: Network | RunnableNetwork,
  options: NetworkGraphOptions = {},
): NetworkGraphView {
  return graphOfBoxes(networkBoxes(network, options), options);
}

export function graphOfBoxes(
  boxes: readonly Box[],
  { color }: NetworkGraphOptions,
): NetworkGraphView {
  const available = GRAPH_MEASURES.filter(
    (measure) => measure === "device" || boxes.some(({ values }) => values[measure] !== undefined),
  );
  const first = color ?? (available.includes("cycles") ? "cycles" : "device");
  const measures = [...available].sort((a, b) => Number(b === first) - Number(a === first));
  const { host, accelerator } = DEVICE_COLORS;
  const legend = { scale: SCALE, devices: { host, accelerator } };
  const members = foldedMembers(boxes);
  const blocks = members.map((numbers) => foldedBox(boxes, numbers));
  const isFolded = blocks.length < boxes.length;
  return {
    version: 1,
    ...placed(boxes),
    ...(isFolded && { folded: { ...placed(blocks), members } }),
    measures,
    ...legend,
  };
}

function placed(boxes: readonly Box[]): GraphPicture {
  const colorsOf = boxColors(boxes);
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 28, marginx: 8, marginy: 8 });
  const numbers = new Map(
    boxes.flatMap(({ call, inside = [] }, i) => [...inside, call].map((one) => [one, i] as const)),
  );
  boxes.forEach(({ label, operators }, i) => {
    const longest = Math.max(shortened(label).length, shortened(operators.join(", ")).length);
    const width = Math.max(MIN_WIDTH, longest * CHARACTER + PADDING);
    graph.setNode(String(i), { width, height: HEIGHT });
  });
  const links = boxes.flatMap(({ inputs }, to) =>
    [...new Set(inputs.flatMap(sourcesOf))].flatMap((source) => {
      const from = numbers.get(source);
      return from === undefined || from === to
        ? []
        : [{ from, to, text: valueTypeText(source.type) }];
    }),
  );
  for (const { from, to } of links) graph.setEdge(String(from), String(to), {});
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: boxes.map((box, i) => {
      const { x, y, width: w, height: h } = graph.node(String(i));
      const { label, operators, device, facts } = box;
      const place = { x: round(x! - w! / 2), y: round(y! - h! / 2), width: round(w!), height: h! };
      const names = shortened(operators.join(", "));
      return {
        label: shortened(label),
        operators: names,
        device,
        ...place,
        facts,
        colors: colorsOf(box),
      };
    }),
    edges: links.map((link) => {
      const { points } = graph.edge(String(link.from), String(link.to)) as {
        points: { x: number; y: number }[];
      };
      return { ...link, points: points.map(({ x, y }) => [round(x), round(y)] as const) };
    }),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The boxes whose values are in an argument. */
function sourcesOf(expr: relay.Expr): relay.Expr[] {
  if (expr.kind === "tuple") return expr.fields.flatMap(sourcesOf);
  return expr.kind === "tuple_get_item" ? sourcesOf(expr.tuple) : [expr];
}

function shortened(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1)}…`;
}
