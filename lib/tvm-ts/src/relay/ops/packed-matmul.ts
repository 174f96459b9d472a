/**
 * Matrix multiplication `C = A * B`, the inner loop of convolutions and dense layers, in blocks
 * that fit the processor's caches. Sums are doubles, so that 8-bit integers are exact.
 */

const ROWS = 4;
/** Columns per group, which are packed like a group of rows. */
export const COLUMNS = 4;

/** Rows of a matrix in groups of four, `[row / 4][k][row % 4]`; zeros fill the last group. */
export function packRows(
  from: ArrayLike<number>,
  start: number,
  rows: number,
  depth: number,
): Float64Array {
  const packed = new Float64Array(Math.ceil(rows / ROWS) * depth * ROWS);
  for (let r = 0; r < rows; r++) {
    const into = Math.floor(r / ROWS) * depth * ROWS + (r % ROWS);
    const source = start + r * depth;
    for (let k = 0; k < depth; k++) packed[into + k * ROWS] = from[source + k]!;
  }
  return packed;
}

/**
 * Multiplies packed rows with packed columns (`[column / 4][k][column % 4]`); `result` is row-major.
 */
export function multiplyPacked(
  a: Float64Array,
  rows: number,
  b: Float64Array,
  columns: number,
  depth: number,
  result: Float64Array,
): void {
  for (let r = 0; r < rows; r += ROWS) {
    const rowBase = (r / ROWS) * depth * ROWS;
    for (let c = 0; c < columns; c += COLUMNS) {
      multiplyTile(a, rowBase, b, (c / COLUMNS) * depth * COLUMNS, depth, tile);
      const [height, width] = [Math.min(ROWS, rows - r), Math.min(COLUMNS, columns - c)];
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          result[(r + i) * columns + c + j] = tile[i * COLUMNS + j]!;
        }
      }
    }
  }
}

const tile = new Float64Array(ROWS * COLUMNS);

function multiplyTile(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  depth: number,
  into: Float64Array,
): void {
  let c00 = 0, c01 = 0, c02 = 0, c03 = 0; // prettier-ignore
  let c10 = 0, c11 = 0, c12 = 0, c13 = 0; // prettier-ignore
  let c20 = 0, c21 = 0, c22 = 0, c23 = 0; // prettier-ignore
  let c30 = 0, c31 = 0, c32 = 0, c33 = 0; // prettier-ignore
  for (let k = 0, p = aStart, q = bStart; k < depth; k++, p += ROWS, q += COLUMNS) {
    const b0 = b[q]!, b1 = b[q + 1]!, b2 = b[q + 2]!, b3 = b[q + 3]!; // prettier-ignore
    let x = a[p]!;
    c00 += x * b0;
    c01 += x * b1;
    c02 += x * b2;
    c03 += x * b3; // prettier-ignore
    x = a[p + 1]!;
    c10 += x * b0;
    c11 += x * b1;
    c12 += x * b2;
    c13 += x * b3; // prettier-ignore
    x = a[p + 2]!;
    c20 += x * b0;
    c21 += x * b1;
    c22 += x * b2;
    c23 += x * b3; // prettier-ignore
    x = a[p + 3]!;
    c30 += x * b0;
    c31 += x * b1;
    c32 += x * b2;
    c33 += x * b3; // prettier-ignore
  }
  into[0] = c00;
  into[1] = c01;
  into[2] = c02;
  into[3] = c03; // prettier-ignore
  into[4] = c10;
  into[5] = c11;
  into[6] = c12;
  into[7] = c13; // prettier-ignore
  into[8] = c20;
  into[9] = c21;
  into[10] = c22;
  into[11] = c23; // prettier-ignore
  into[12] = c30;
  into[13] = c31;
  into[14] = c32;
  into[15] = c33; // prettier-ignore
}
