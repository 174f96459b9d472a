/** The cycles of a STORE: it writes burst by burst, with one write outstanding. */

import type { CycleModel } from "./model";
import type { Transfer } from "./transfer";

/** Cycles per burst for command, address and response. */
const WRITE_CYCLES = 4;

export interface StoreCycles {
  /**
   * From the cycle before the STORE's first to its last; infinite without rows, since it never
   * ends.
   */
  readonly cycles: number;
  /** The part of these cycles in which a write is outstanding and no data move. */
  readonly waiting: number;
}

export function storeCycles(
  { rows, columns, stride, dram }: Transfer,
  elementBytes: number,
  { busBits, burstBeats }: CycleModel,
): StoreCycles {
  if (rows === 0) return { cycles: Infinity, waiting: 0 };
  const beatBytes = busBits / 8;
  const burstBytes = beatBytes * burstBeats;
  // Reading an element wider than the bus from the on-chip memory takes an additional cycle.
  const beatsAnElement = elementBytes / beatBytes;
  let cycles = 0;
  let waiting = 0;
  let row = dram * elementBytes;
  for (let y = 0; y < rows; y++, row += stride * elementBytes) {
    const offset = row % beatBytes;
    let beats = Math.ceil((offset + columns * elementBytes) / beatBytes);
    let address = row - offset;
    while (beats > 0) {
      const burst = Math.min(beats, (burstBytes - (address % burstBytes)) / beatBytes);
      const reads = beatsAnElement > 1 ? burst / beatsAnElement - 1 : 0;
      cycles += burst + reads + WRITE_CYCLES;
      waiting += WRITE_CYCLES;
      beats -= burst;
      address += burst * beatBytes;
    }
  }
  return { cycles, waiting };
}
