/** A module over time: for each column the cause that most of its cycles have. */

import { forEachStall, STALL_CAUSES, type Profile } from "../sim";

/**
 * Pixels row by row, each the number of a cause in `STALL_CAUSES`; all rows are the same. Runs follow
 * each other.
 * @param module load 0, compute 1, store 2
 */
export function stallRaster(
  { runs, cycles }: Profile,
  module: number,
  width: number,
  height: number,
): Uint8Array {
  const causes = STALL_CAUSES.length;
  const sums = new Float64Array(width * causes);
  const perColumn = cycles / width;
  let offset = 0;
  for (const { plan, timing } of runs) {
    forEachStall(plan, timing, module, (cause, begin, end) => {
      const number = STALL_CAUSES.indexOf(cause);
      const [from, to] = [(offset + begin) / perColumn, (offset + end) / perColumn];
      for (let column = Math.floor(from); column < Math.min(width, to); column++) {
        sums[column * causes + number]! += Math.min(column + 1, to) - Math.max(column, from);
      }
    });
    offset += timing.cycles;
  }
  const row = Uint8Array.from({ length: width }, (_, column) => {
    const own = sums.subarray(column * causes, (column + 1) * causes);
    return own.indexOf(Math.max(...own));
  });
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) pixels.set(row, y * width);
  return pixels;
}
