/** Fetch or a stage over time: for each column the cause of most of its cycles. */

import { STALL_CAUSES, type FetchSpan } from "../accelerator";

/** Pixels row by row, each the number of a cause in `STALL_CAUSES`; all rows are the same. */
export function stallRaster(
  spans: readonly FetchSpan[],
  cycles: number,
  width: number,
  height: number,
): Uint8Array {
  const causes = STALL_CAUSES.length;
  const sums = new Float64Array(width * causes);
  const perColumn = cycles / width;
  for (const { cause, begin, end } of spans) {
    const number = STALL_CAUSES.indexOf(cause);
    const [from, to] = [begin / perColumn, end / perColumn];
    for (let column = Math.floor(from); column < Math.min(width, to); column++) {
      sums[column * causes + number]! += Math.min(column + 1, to) - Math.max(column, from);
    }
  }
  const row = Uint8Array.from({ length: width }, (_, column) => {
    const own = sums.subarray(column * causes, (column + 1) * causes);
    return own.indexOf(Math.max(...own));
  });
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) pixels.set(row, y * width);
  return pixels;
}
