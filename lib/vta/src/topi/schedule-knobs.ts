/** The schedules' knobs, under the names of the reference's templates. */

import { UsageError, type te, type tir } from "tvm-ts";

/** How a schedule divides the work; every knob is 1 if left out. */
export interface DenseKnobs {
  /** Blocks of the batch in a tile. */
  readonly tileB?: number;
  /** Blocks of input channels in a load. */
  readonly tileCi?: number;
  /** Blocks of output channels in a tile. */
  readonly tileCo?: number;
  /** Virtual threads over output channels; each loads while another computes. */
  readonly ocNthread?: number;
}

export interface ConvKnobs extends DenseKnobs {
  /** Rows and columns of the output in a tile. */
  readonly tileH?: number;
  readonly tileW?: number;
  /** Virtual threads over rows. */
  readonly hNthread?: number;
}

/** A knob's value. @throws UsageError unless it is an integer of at least 1. */
export function knob<K extends ConvKnobs>(knobs: K, name: keyof K & string): number {
  const value = (knobs[name] ?? 1) as number;
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(
    "explore-space",
    `the knob ${name} is ${value}; it must be an integer of at least 1`,
  );
}

/** Splits `axis` into tiles of `size`: the loop over tiles, and the loop inside one. */
export function splitIntoTiles(
  stage: te.Stage,
  axis: tir.IterVar,
  size: number,
): [outer: tir.IterVar, inner: tir.IterVar] {
  return stage.split(axis, { factor: size });
}
