/** Networks as boxes and arrows. */

import { ready, relay, view } from "tvm-ts";
import * as vta from "vta-ts";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FakeComms } from "../support/fake-comms";
import { onnxModel } from "../support/onnx-model";
import { resnet, resnetImage } from "../support/resnet";

const DISPLAY = Symbol.for("Jupyter.display");
const SIZE = 32;
const data = relay.HostTensor.of(resnetImage(SIZE), [1, 3, SIZE, SIZE], "float32");
let float: vta.network.Network;
let built: vta.network.RunnableNetwork;

beforeAll(async () => {
  await ready();
  vta.simulator.hazardWarnings(false);
  float = vta.network.fromOnnx(resnet({ size: SIZE, width: 16, classes: 10 }));
  built = float.quantize().pack().build();
}, 60_000);

test("a built network has a box for each function, with its details", () => {
  const [costs, accuracy] = [built.costs({ data }), built.accuracy({ data })];
  const graph = vta.view.networkGraphView(built, { costs, accuracy });
  expect(graph.nodes.length).toBe(built.functions.length + 1);
  expect(graph.measures).toEqual(["cycles", "device", "bytes", "error"]);
  const conv = graph.nodes.find(({ label }) => label === "conv4 (Conv)")!;
  const facts = new Map(conv.facts);
  expect(facts.get("cycles")).toBe(costs.layers[5]!.profile!.cycles.toLocaleString("en-US"));
  expect(facts.get("SQNR")).toMatch(/ dB$/);
  expect(facts.get("configuration")).toMatch(/\(estimate\)$/);
  expect(Object.keys(conv.colors).sort()).toEqual(["bytes", "cycles", "device", "error"]);
  const colors = new Set(graph.nodes.map(({ colors }) => colors.cycles));
  expect(colors.size).toBeGreaterThan(2);
});

test("boxes do not overlap, and arrows lead down from inputs to readers", () => {
  for (const network of [float, built]) {
    const { nodes, edges, width, height } = vta.view.networkGraphView(network);
    nodes.forEach((a, i) => {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
      for (const b of nodes.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x;
        expect(apart || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
      }
    });
    // Each box except the input reads another, and each except the result is read.
    expect(new Set(edges.map(({ to }) => to)).size).toBe(nodes.length - 1);
    expect(new Set(edges.map(({ from }) => from)).size).toBe(nodes.length - 1);
    for (const { from, to } of edges) expect(nodes[from]!.y).toBeLessThan(nodes[to]!.y);
  }
});

test("elementwise operators are in the box of their producer", () => {
  const { nodes } = vta.view.networkGraphView(float.quantize());
  const conv = nodes.find(({ label }) => label === "conv4 (Conv)")!;
  expect(conv.operators).toMatch(/^nn\.conv2d, add, nn\.relu, add/);
  expect(nodes.some(({ operators }) => operators.includes("annotation"))).toBe(false);
});

test("a network with an unknown operator is drawn", () => {
  const network = vta.network.fromOnnx(
    onnxModel({
      inputs: { data: [1, 3, 8, 8] },
      nodes: [
        { op: "Frobnicate", inputs: ["data"], output: "what" },
        { op: "Relu", inputs: ["what"], output: "<b>" },
      ],
    }),
  );
  const picture = vta.view.graph(network) as unknown as Record<symbol, () => object>;
  const html = (picture[DISPLAY]!() as Record<string, string>)["text/html"]!;
  expect(html).toContain("what (Frobnicate)");
  expect(html).not.toContain("<b>");
  expect(html).not.toContain("<script");
});

test("repeated blocks fold into boxes that cover the whole network with the same total cost", () => {
  const costs = built.costs({ data });
  const graph = vta.view.networkGraphView(built, { costs });
  const { nodes, folded } = graph;
  expect(folded!.members.flat()).toEqual(nodes.map((_, i) => i));
  const lengths = (graph: vta.view.NetworkGraphView): number[] =>
    graph.folded!.members.map(({ length }) => length).filter((length) => length > 1);
  // Two blocks of the first stage, then three times the blocks of a stage that halves the picture.
  expect(lengths(vta.view.networkGraphView(float))).toEqual([6, 6, 14, 14, 14]);
  // In integers, the blocks of the first stage differ: one of them reads floats.
  expect(lengths(graph)).toEqual([7, 7, 7]);
  const of = (member: number, fact: string): number =>
    Number(new Map(nodes[member]!.facts).get(fact)?.replaceAll(",", "") ?? 0);
  folded!.members.forEach((members, i) => {
    const cycles = new Map(folded!.nodes[i]!.facts).get("cycles") ?? "0";
    const sum = members.reduce((total, member) => total + of(member, "cycles"), 0);
    expect(Number(cycles.replaceAll(",", ""))).toBe(sum);
  });
  for (const { from, to } of folded!.edges) {
    expect(folded!.nodes[from]!.y).toBeLessThan(folded!.nodes[to]!.y);
  }
  expect(new Set(folded!.edges.map(({ to }) => to)).size).toBe(folded!.nodes.length - 1);
});

describe("in a notebook", () => {
  let comms: FakeComms;
  beforeEach(() => {
    comms = new FakeComms();
    Object.assign(globalThis, { jupyter: { comm: comms } });
  });
  afterEach(() => {
    delete (globalThis as { jupyter?: unknown }).jupyter;
  });

  interface Part {
    readonly name: string;
    readonly bundle: Record<string, unknown>;
  }
  const ask = (index: number): readonly Part[] =>
    comms.ask({ request: 1, index })["parts"] as readonly Part[];
  function draw(...args: Parameters<typeof vta.view.graph>): vta.view.NetworkGraphView {
    const picture = vta.view.graph(...args) as unknown as Record<symbol, () => object>;
    const bundle = picture[DISPLAY]!() as Record<string, vta.view.NetworkGraphView>;
    return bundle[vta.view.mimeTypes.network]!;
  }

  test("a box of a built network opens its schedule, its profile and its tensors", () => {
    const costs = built.costs({ data });
    const drawn = draw(built, { costs, inputs: { data } });
    comms.open("tvm-vta.network", { network: drawn.live });
    const index = drawn.nodes.findIndex(({ label }) => label === "conv4 (Conv)");
    const parts = new Map(ask(index).map(({ name, bundle }) => [name, bundle]));
    expect(parts.get("schedule")).toHaveProperty([view.mimeTypes.schedule]);
    const profile = parts.get("profile")![vta.view.mimeTypes.profile] as vta.view.ProfileView;
    expect(profile.cycles).toBe(costs.layers[index - 1]!.profile!.cycles);
    let wanted: relay.HostTensor | undefined;
    built.run({ data }, ({ func, value }) => {
      if (relay.allExprs(func.body).some((e) => e.kind === "call" && e.origin?.includes("'conv4'")))
        wanted = value;
    });
    const result = parts.get("result")!["text/plain"] as string;
    const numbers = result.replaceAll(/[\s[\]]+/g, " ").trim();
    const first = Array.from(wanted!.data).slice(0, 3).join(" ");
    expect(numbers.startsWith(first), `${numbers.slice(0, 40)} starts with ${first}`).toBe(true);
    const read = [...parts.keys()].filter(
      (name) => !["schedule", "profile", "result"].includes(name),
    );
    expect(read).toEqual(["input fused_cast", "weights 1", "weights 2"]);
    // The input itself has only a value.
    expect(ask(0).map(({ name }) => name)).toEqual(["result"]);
    expect(ask(1000)).toEqual([]);
  });

  test("a network that is not built has only tensors, and without inputs it has none", () => {
    const drawn = draw(float, { inputs: { data } });
    comms.open("tvm-vta.network", { network: drawn.live });
    const names = ask(1).map(({ name }) => name);
    expect(names).toContain("result");
    expect(names).not.toContain("schedule");
    comms.open("tvm-vta.network", { network: draw(float).live });
    expect(ask(1)).toEqual([]);
  });
});
