/** The cost of each function of a network, and the errors of its integers against the floats. */

import { relay } from "tvm-ts";
import type { Profile } from "../sim";
import type { NetworkFunction } from "./built-network";

/** One function of a network, in the order in which they run. */
export interface LayerCost extends NetworkFunction {
  /** The file's node of its main operator. */
  readonly layer: string;
  /** Multiply-adds, including those with zeros that pad blocks. */
  readonly macs: number;
  /** Milliseconds on this machine; for the accelerator, those of its simulator without values. */
  readonly time: number;
  /** The profile of the accelerator's part. */
  readonly profile?: Profile;
}

/** A network's functions with their costs; shows itself as a table. */
export class NetworkCosts {
  constructor(readonly layers: readonly LayerCost[]) {}

  /** Cycles of all of the accelerator's work. */
  get cycles(): number {
    return this.layers.reduce((sum, { profile }) => sum + (profile?.cycles ?? 0), 0);
  }

  /** Bytes between the accelerator and DRAM. */
  get bytes(): number {
    return this.layers.reduce((sum, { profile }) => sum + (profile?.totalBytes ?? 0), 0);
  }
}

/** The layers of a quantized network by their accuracy, the worst first; shows itself as a table. */
export class NetworkAccuracy {
  constructor(readonly layers: readonly relay.LayerAccuracy[]) {}
}

/** Cycles in which the GEMM core and the ALU worked, as parts of a profile's cycles. */
export function computeShares({ stages }: Profile): {
  readonly gemm: number;
  readonly alu: number;
} {
  const share = (counts: (stage: string) => boolean): number =>
    stages.reduce((sum, one) => sum + (counts(one.stage) ? one.share : 0), 0);
  return {
    gemm: share((stage) => stage.startsWith("GEMM")),
    alu: share((stage) => stage.startsWith("ALU")),
  };
}

/** The node of a function's main operator: its convolution, its addition, or its last operator. */
export function layerOf(func: relay.Func, name: string): string {
  const calls = relay
    .allExprs(func.body)
    .filter((expr) => expr.kind === "call")
    .filter((call) => call.origin !== undefined);
  const main = calls.find(isProduct) ?? calls.find((call) => relay.isCallOf(call, "add"));
  return (main ?? calls.at(-1))?.origin ?? name;
}

/** Multiply-adds of a function's convolutions and dense layers. */
export function macsOf(func: relay.Func): number {
  return relay
    .allExprs(func.body)
    .filter((expr) => expr.kind === "call")
    .filter(isProduct)
    .reduce((sum, call) => sum + productMacs(call), 0);
}

function isProduct(call: relay.Call): boolean {
  return relay.isCallOf(call, "nn.conv2d") || relay.isCallOf(call, "nn.dense");
}

/** Each output reads the weights of one filter. */
function productMacs(call: relay.Call): number {
  const weights = call.args[1]!.type as relay.TensorType;
  const result = call.type as relay.TensorType;
  const filters =
    weights.shape.length === 6 ? weights.shape[0]! * weights.shape[4]! : weights.shape[0]!;
  return (result.size * weights.size) / filters;
}
