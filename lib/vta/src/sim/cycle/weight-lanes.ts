/**
 * Finds lanes of the GEMM core that only multiply zeros: a tensor with fewer channels than a block
 * is padded with zeros, and so are the weights.
 */

import { INSN_WORDS, type Hardware } from "../../hardware";
import { CLIENT, WORK, type StreamPlan } from "./stream-plan";
import { transferAt } from "./transfer";

/** The number of lanes in which some weight is not zero. */
export interface WeightLanes {
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * The lanes that a stream's weights use; undefined if it loads no weights, if all are zero, or if
 * they are not bytes.
 * @param dram the contents of DRAM at the launch
 */
export function weightLanes(
  hardware: Hardware,
  plan: StreamPlan,
  dram: Uint8Array,
): WeightLanes | undefined {
  const { BLOCK_IN, BLOCK_OUT, WGT_ELEM_BYTES } = hardware;
  if (WGT_ELEM_BYTES !== BLOCK_IN * BLOCK_OUT) return undefined;
  const used = new Uint8Array(WGT_ELEM_BYTES);
  const seen = new Set<number>();
  for (let i = 0; i < plan.count; i++) {
    if (plan.work[i] !== WORK.LOAD || plan.client[i] !== CLIENT.WGT) continue;
    const { rows, columns, stride, dram: begin } = transferAt(plan, i);
    for (let y = 0; y < rows; y++) {
      const first = begin + y * stride;
      if (seen.has(first)) continue;
      seen.add(first);
      const bytes = dram.subarray(first * WGT_ELEM_BYTES, (first + columns) * WGT_ELEM_BYTES);
      for (let k = 0; k < bytes.length; k++) used[k % WGT_ELEM_BYTES]! |= bytes[k]!;
    }
  }
  const count = (lanes: number, isUsed: (lane: number) => boolean): number =>
    Array.from({ length: lanes }, (_, lane) => lane).filter(isUsed).length;
  // A block of weights is stored as `[output lane][input lane]`.
  const inputs = count(BLOCK_IN, (lane) => used.some((w, k) => w !== 0 && k % BLOCK_IN === lane));
  const outputs = count(BLOCK_OUT, (lane) =>
    used.subarray(lane * BLOCK_IN, (lane + 1) * BLOCK_IN).some((w) => w !== 0),
  );
  return inputs === 0 ? undefined : { inputs, outputs };
}

/**
 * Whether a GEMM is a reset, not a product. The bit is at the same position in every configuration.
 */
export function isReset({ words, at }: StreamPlan, index: number): boolean {
  return (words[at + index * INSN_WORDS]! & RESET_BIT) !== 0;
}

const RESET_BIT = 1 << 7;
