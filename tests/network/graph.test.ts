/** Networks as boxes and arrows. */

import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";
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

test("a network that is built has a box for each function, with what is known of it", () => {
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

test("boxes do not cover each other, and arrows lead down from what is read", () => {
  for (const network of [float, built]) {
    const { nodes, edges, width, height } = vta.view.networkGraphView(network);
    nodes.forEach((a, i) => {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
      for (const b of nodes.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x;
        expect(apart || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
      }
    });
    // Each box but the input reads another, and each is read but the result.
    expect(new Set(edges.map(({ to }) => to)).size).toBe(nodes.length - 1);
    expect(new Set(edges.map(({ from }) => from)).size).toBe(nodes.length - 1);
    for (const { from, to } of edges) expect(nodes[from]!.y).toBeLessThan(nodes[to]!.y);
  }
});

test("operators on elements are in the box of what they follow", () => {
  const { nodes } = vta.view.networkGraphView(float.quantize());
  const conv = nodes.find(({ label }) => label === "conv4 (Conv)")!;
  expect(conv.operators).toMatch(/^nn\.conv2d, add, nn\.relu, add/);
  expect(nodes.some(({ operators }) => operators.includes("annotation"))).toBe(false);
});

test("a network with an operator that is not known is drawn", () => {
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
