/** Networks as graphs: a built one with all measures, and one from a file. */

import { relay } from "tvm-ts";
import * as vta from "vta-ts";
import { resnet, resnetImage } from "../../tests/support/resnet";
import { bundleOf, type Story } from "./story";

/** Made on request, because building needs the loaded library. */
export function networkStories(): readonly Story[] {
  vta.simulator.hazardWarnings(false);
  const size = 32;
  const float = vta.network.fromOnnx(resnet({ size, width: 16, classes: 10 }));
  const quantized = float.quantize();
  const built = quantized.pack().build();
  const data = relay.HostTensor.of(resnetImage(size), [1, 3, size, size], "float32");
  const [costs, accuracy] = [built.costs({ data }), built.accuracy({ data })];
  const graph = bundleOf(vta.view.graph(built, { costs, accuracy }));
  const { network } = vta.view.mimeTypes;
  const drawn = graph[network] as vta.view.NetworkGraphView;
  const [first, ...others] = drawn.nodes;
  const hostile = { ...first!, label: "<img src=x onerror=window.hacked=1>" };
  return [
    { id: "network", source: "vta.view.graph(built, { costs, accuracy })", bundle: graph },
    {
      id: "network-float",
      source: "vta.view.graph(float)",
      bundle: bundleOf(vta.view.graph(float)),
    },
    { id: "network-costs", source: "costs", bundle: bundleOf(costs) },
    { id: "network-accuracy", source: "accuracy", bundle: bundleOf(accuracy) },
    {
      id: "network-hostile",
      source: "// texts that look like HTML",
      bundle: { ...graph, [network]: { ...drawn, nodes: [hostile, ...others] } },
    },
    {
      id: "network-damaged",
      source: "// a box without a place",
      bundle: { ...graph, [network]: { ...drawn, nodes: [{ ...hostile, x: null }, ...others] } },
    },
  ];
}
