/**
 * A network as boxes and arrows: its functions, or before it is built its operators with what is done to
 * their elements. Places come from a layered layout.
 */

import { graphlib, layout } from "@dagrejs/dagre";
import { relay } from "tvm-ts";
import {
  Network,
  RunnableNetwork,
  type LayerCost,
  type NetworkAccuracy,
  type NetworkCosts,
} from "../graph";
import { boxColors, DEVICE_COLORS, SCALE, type MeasuredValues } from "./network-colors";
import { configurationText, layerText, NO_STEPS } from "./network-text";
import { bytesText, countText, percentText } from "./number-text";

/** What boxes can be coloured by. */
export const GRAPH_MEASURES = ["device", "cycles", "bytes", "error"] as const;
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
  /** What is known of it: names and texts. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** Its colour by each measure that is known of it. */
  readonly colors: Readonly<Partial<Record<GraphMeasure, string>>>;
}

export interface GraphEdgeFact {
  /** The number of the box it comes from, and of the box it leads to. */
  readonly from: number;
  readonly to: number;
  /** What flows: `1 x 4 x 14 x 14 x 1 x 16, int8`. */
  readonly text: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A network as a front end draws it. */
export interface NetworkGraphView {
  readonly version: 1;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNodeFact[];
  readonly edges: readonly GraphEdgeFact[];
  /** The measures that some box has, the first of which is shown first. */
  readonly measures: readonly GraphMeasure[];
  /** Colours from the least to the most, and those of devices. */
  readonly scale: readonly string[];
  readonly devices: Readonly<Record<"host" | "accelerator", string>>;
}

export interface NetworkGraphOptions {
  /** What `costs()` gave, for cycles, bytes and configurations. */
  readonly costs?: NetworkCosts;
  /** What `accuracy()` gave, for errors. */
  readonly accuracy?: NetworkAccuracy;
  /** What boxes are coloured by at first; cycles if they are known, else the device. */
  readonly color?: GraphMeasure;
}

/** A box before it has a place. */
interface Box {
  readonly call: relay.Expr;
  readonly label: string;
  readonly operators: readonly string[];
  readonly device: GraphNodeFact["device"];
  readonly facts: (readonly [string, string])[];
  /** What it is coloured by, where that is known; of `error` the noise in decibels. */
  readonly values: MeasuredValues;
  readonly inputs: readonly relay.Expr[];
}

const HEIGHT = 40;
const CHARACTER = 6.8;
const PADDING = 24;
const MIN_WIDTH = 110;
const MAX_CHARACTERS = 34;

export function networkGraphView(
  network: Network | RunnableNetwork,
  { costs, accuracy, color }: NetworkGraphOptions = {},
): NetworkGraphView {
  const func = network instanceof RunnableNetwork ? network.built.func : network.func;
  const errors = new Map(accuracy?.layers.map((layer) => [layer.layer, layer]));
  const boxes: readonly Box[] =
    network instanceof RunnableNetwork
      ? functionBoxes(network, costs?.layers ?? [], errors)
      : operatorBoxes(func, errors);
  const available = GRAPH_MEASURES.filter(
    (measure) => measure === "device" || boxes.some(({ values }) => values[measure] !== undefined),
  );
  const first = color ?? (available.includes("cycles") ? "cycles" : "device");
  const measures = [...available].sort((a, b) => Number(b === first) - Number(a === first));
  const { host, accelerator } = DEVICE_COLORS;
  const legend = { scale: SCALE, devices: { host, accelerator } };
  return { version: 1, ...placed(boxes, boxColors(boxes)), measures, ...legend };
}

const typeText = (type: relay.Type): string =>
  type.kind === "tensor" ? `${type.shape.join(" x ") || "scalar"}, ${type.dtype}` : String(type);

function inputBox(param: relay.Var): Box {
  const facts: [string, string][] = [["type", typeText(param.type)]];
  const { name: label } = param;
  return { call: param, label, operators: [], device: "input", facts, values: {}, inputs: [] };
}

type Errors = ReadonlyMap<string, relay.LayerAccuracy>;

function errorFacts(layer: relay.LayerAccuracy | undefined): (readonly [string, string])[] {
  if (layer === undefined) return [];
  const { sqnr, maxError, step, saturated } = layer;
  return [
    ["SQNR", Number.isFinite(sqnr) ? `${sqnr.toFixed(1)} dB` : "exact"],
    ["largest error", `${(maxError / step).toFixed(1)} steps`],
    ["out of range", percentText(saturated, 1)],
  ];
}

function functionBoxes(
  network: RunnableNetwork,
  costs: readonly LayerCost[],
  errors: Errors,
): Box[] {
  const { func } = network.built;
  const calls = relay.fusedCalls(func);
  const boxes = calls.map(({ call }, i): Box => {
    const { device, func: body, name } = network.functions[i]!;
    const cost = costs[i];
    const origins = originsOf(body);
    const layer = cost?.layer ?? origins[0] ?? name;
    const error = origins.map((origin) => errors.get(origin)).find((one) => one !== undefined);
    const profile = cost?.profile;
    return {
      call,
      label: layerText(layer),
      operators: operatorNames(body.body),
      device,
      facts: [
        ["function", name],
        ["result", typeText(call.type)],
        ...(cost === undefined || cost.macs === 0
          ? []
          : [["multiply-adds", countText(cost.macs)] as const]),
        ...(profile === undefined
          ? []
          : ([
              ["cycles", countText(profile.cycles)],
              ["bytes", bytesText(profile.totalBytes)],
              ["configuration", `${configurationText(cost!)} (${cost!.configuration!.from})`],
            ] as const)),
        ...errorFacts(error),
      ],
      values: {
        ...(profile && { cycles: profile.cycles, bytes: profile.totalBytes }),
        ...(error && { error: -finite(error.sqnr) }),
      },
      inputs: call.args,
    };
  });
  return [...func.params.map(inputBox), ...boxes];
}

const finite = (sqnr: number): number => Math.min(sqnr, NO_STEPS);

function originsOf(func: relay.Func): string[] {
  return relay
    .allExprs(func.body)
    .flatMap((expr) => (expr.kind === "call" && expr.origin !== undefined ? [expr.origin] : []));
}

/** Marks that passes leave for one another compute nothing. */
const isVisible = (operator: string): boolean => !operator.startsWith("annotation.");

function operatorNames(expr: relay.Expr): string[] {
  return relay
    .allExprs(expr)
    .flatMap((one) => (one.kind === "call" && one.op.kind === "op" ? [one.op.name] : []));
}

/** An operator, with those behind it that only it feeds and that work on single elements. */
function operatorBoxes(func: relay.Func, errors: Errors): Box[] {
  const readers = relay.countReaders(func.body);
  const calls = relay
    .allExprs(func.body)
    .filter((expr) => expr.kind === "call")
    .filter((call) => !call.args.every((arg) => arg.kind === "constant"));
  const boxOf = new Map<relay.Expr, { calls: relay.Call[] }>();
  const groups: { calls: relay.Call[] }[] = [];
  for (const call of calls) {
    const inputs = call.args.filter((arg) => arg.kind !== "constant");
    const before = inputs.length === 1 ? boxOf.get(inputs[0]!) : undefined;
    const pattern = (call.op as relay.Op).pattern;
    const joins = pattern <= relay.OpPattern.broadcast && readers.get(inputs[0]!) === 1;
    const group = before !== undefined && joins ? before : { calls: [] };
    if (group !== before) groups.push(group);
    group.calls.push(call);
    boxOf.set(call, group);
  }
  const boxes = groups.map(({ calls: own }): Box => {
    const [first] = own as [relay.Call];
    const last = own.at(-1)!;
    const layer = own.find(({ origin }) => origin !== undefined)?.origin;
    const error = own.map(({ origin }) => errors.get(origin ?? "")).find((one) => one);
    const names = own.map(({ op }) => (op as relay.Op).name).filter(isVisible);
    const name = names[0] ?? (first.op as relay.Op).name;
    return {
      call: last,
      label: layer === undefined ? name : layerText(layer),
      operators: names,
      device: "host",
      facts: [["result", typeText(last.type)], ...errorFacts(error)],
      values: error === undefined ? {} : { error: -finite(error.sqnr) },
      inputs: own.flatMap(({ args }) => args).filter((arg) => !own.includes(arg as relay.Call)),
    };
  });
  return [...func.params.map(inputBox), ...boxes];
}

function placed(
  boxes: readonly Box[],
  colorsOf: (box: Box) => GraphNodeFact["colors"],
): Pick<NetworkGraphView, "width" | "height" | "nodes" | "edges"> {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 28, marginx: 8, marginy: 8 });
  const numbers = new Map(boxes.map(({ call }, i) => [call, i]));
  boxes.forEach(({ label, operators }, i) => {
    const longest = Math.max(shortened(label).length, shortened(operators.join(", ")).length);
    const width = Math.max(MIN_WIDTH, longest * CHARACTER + PADDING);
    graph.setNode(String(i), { width, height: HEIGHT });
  });
  const links = boxes.flatMap(({ inputs }, to) =>
    [...new Set(inputs.flatMap(sourcesOf))].flatMap((source) => {
      const from = numbers.get(source);
      return from === undefined ? [] : [{ from, to, text: typeText(source.type) }];
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

/** The boxes' values that an argument is made of. */
function sourcesOf(expr: relay.Expr): relay.Expr[] {
  if (expr.kind === "tuple") return expr.fields.flatMap(sourcesOf);
  return expr.kind === "tuple_get_item" ? sourcesOf(expr.tuple) : [expr];
}

function shortened(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1)}…`;
}
