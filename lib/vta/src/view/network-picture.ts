import { view } from "tvm-ts";
import type { Network, RunnableNetwork } from "../graph";
import { mimeTypes } from "./vta-mime";
import { liveNetwork } from "./live-networks";
import { networkBoxes, type NetworkGraphOptions } from "./network-boxes";
import { graphOfBoxes } from "./network-graph";
import { networkGraphHtml } from "./network-svg";

/**
 * A network as boxes and arrows, coloured by cycles, bytes, errors or where it runs:
 * `vta.view.graph(built, { costs: built.costs(inputs), accuracy: built.accuracy(inputs), inputs })`.
 */
export function graph(
  network: Network | RunnableNetwork,
  options: NetworkGraphOptions = {},
): view.Picture {
  const boxes = networkBoxes(network, options);
  const drawn = { ...graphOfBoxes(boxes, options), ...liveNetwork(network, options, boxes) };
  return new view.Picture({
    [mimeTypes.network]: drawn,
    "text/html": networkGraphHtml(drawn),
    "text/plain": String(network),
  });
}
