/**
 * An estimate of a tiled operator's cycles from its tiles alone, accurate enough to order a search. Measured
 * cycles correct it.
 */

import type { Environment } from "../compiler";

/** One output tile, and how many there are. Sizes are in elements of the memories. */
export interface TileShape {
  readonly tiles: number;
  /** Loads of an operand in the sum of one tile. */
  readonly steps: number;
  readonly inputs: number;
  readonly weights: number;
  /** Accumulators, and rows of results in DRAM that they are stored to. */
  readonly outputs: number;
  readonly rows: number;
  /** GEMM steps, and GEMMs. */
  readonly products: number;
  readonly gemms: number;
  readonly threads: number;
}

/** Bytes that the default bus moves in a cycle. */
export const BUS_BYTES = 8;
/** Fixed cycles of a load, of a GEMM or ALU, and of each stored row, besides the data or steps. */
export const LOAD_CYCLES = 23;
const PIPELINE_CYCLES = 7;
const ROW_CYCLES = 4;
/** Operations of the ALU on each result: shift, minimum, maximum. */
const ALU_OPERATIONS = 3;

export function estimateCycles(tile: TileShape, env: Environment): number {
  const { inputs, weights, outputs, rows, products, gemms, steps, tiles, threads } = tile;
  const bytes = inputs * env.INP_ELEM_BYTES + weights * env.WGT_ELEM_BYTES;
  const load = bytes / BUS_BYTES + 2 * steps * LOAD_CYCLES;
  const compute =
    products +
    (gemms + 1 + ALU_OPERATIONS) * PIPELINE_CYCLES +
    // The reset adds a step.
    (1 + ALU_OPERATIONS) * outputs;
  const store = (outputs * env.OUT_ELEM_BYTES) / BUS_BYTES + rows * ROW_CYCLES;
  if (threads === 1) return tiles * (load + compute + store);
  return tiles * Math.max(load, compute, store);
}
