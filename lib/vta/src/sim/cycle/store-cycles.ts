/** How long a STORE works: burst after burst, one write outstanding. */

import type { CycleModel } from "./model";
import type { Transfer } from "./transfer";

/** Of a burst to be written: command, address, response. */
const WRITE_CYCLES = 4;

export interface StoreCycles {
  /** From the cycle before the store's work to its last; infinite for no rows, which never end. */
  readonly cycles: number;
  /** Of these, cycles in which a write is outstanding and nothing moves. */
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
  // An element wider than the bus is read from the memory on chip in a cycle of its own.
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
