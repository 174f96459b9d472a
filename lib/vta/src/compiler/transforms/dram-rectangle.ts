/**
 * Recognizes a copy as the rectangle that a transfer instruction can express: rows of DRAM elements, one row
 * every `xStride` elements.
 *
 * Elements are blocks of values: `BATCH x BLOCK` of an input, say. The innermost dimensions of a view must
 * make up exactly one block, without gaps; the other dimensions must fold into two.
 */

import { arith, tir, type UsageError } from "tvm-ts";

/** `ySize` rows of `xSize` elements, `xStride` elements apart, from element `offset` on. */
export interface Rectangle {
  readonly xSize: tir.PrimExpr;
  readonly ySize: tir.PrimExpr;
  readonly xStride: tir.PrimExpr;
  readonly offset: tir.PrimExpr;
}

/** Makes the error for a rule that is not met. */
export type Refuse = (reason: string) => UsageError;

/** Some dimensions of a view as one: `extent` steps of `stride` values. */
interface Dimension {
  readonly extent: tir.PrimExpr;
  readonly stride: tir.PrimExpr;
}

const one = new tir.IntImm(1);

/**
 * @param view shape, strides and offset in values
 * @param block values in an element of the on-chip memory
 * @param padded the two dimensions outside a block are padded, so they are not folded
 * @throws the error of `refuse`, when no rectangle describes the view
 */
export function rectangleOf(
  view: tir.Buffer,
  block: number,
  padded: boolean,
  refuse: Refuse,
): Rectangle {
  if (!divides(view.elemOffset, block)) {
    throw refuse(
      `it begins at value ${tir.reprExpr(view.elemOffset)} of ${view.name}, which cannot be proven to be ` +
        `the start of a block of ${block}`,
    );
  }
  const dims = dimensionsOf(view);
  const outer = outsideBlock(dims, block, refuse);
  for (const { stride } of outer) {
    if (divides(stride, block)) continue;
    throw refuse(
      `it steps by ${tir.reprExpr(stride)} values, which cannot be proven to be a multiple of the block of ${block}`,
    );
  }
  if (padded && outer.length !== 2) {
    throw refuse(
      `padding needs exactly one loop over rows and one over columns of blocks of ${block}; ` +
        `the loops outside a block are (${describe(outer)})`,
    );
  }
  const rows = padded ? outer : folded(outer, block);
  const offset = tir.floorDiv(view.elemOffset, block);
  const [x, y] = [rows.at(-1), rows.at(-2)];
  if (x === undefined) return { xSize: one, ySize: one, xStride: one, offset };
  if (rows.length > 2 || !isConst(x.stride, block)) {
    throw refuse(
      `the blocks of ${block} values in ${view.name} are not in rows (${describe(rows)}); ` +
        `a transfer moves a rectangle, so mark an inner loop instead`,
    );
  }
  if (y === undefined) return { xSize: x.extent, ySize: one, xStride: x.extent, offset };
  const xStride = tir.floorDiv(y.stride, block);
  return { xSize: x.extent, ySize: y.extent, xStride, offset };
}

/** @throws the error of `refuse`, unless the view is dense and row-major. */
export function checkCompact(view: tir.Buffer, refuse: Refuse): void {
  let size: tir.PrimExpr = one;
  for (const { extent, stride } of dimensionsOf(view).reverse()) {
    if (!isConst(tir.sub(size, stride), 0)) {
      throw refuse(
        `the loops leave gaps in ${view.name} (${describe(dimensionsOf(view))}); a transfer writes ` +
          `on-chip memory without gaps`,
      );
    }
    size = tir.mul(size, extent);
  }
}

/** Outermost first. */
function dimensionsOf({ shape, strides }: tir.Buffer): Dimension[] {
  return shape.map((extent, i) => ({ extent, stride: strides[i]! }));
}

/** The dimensions outside those that make up one block. */
function outsideBlock(
  dims: readonly Dimension[],
  block: number,
  refuse: Refuse,
): readonly Dimension[] {
  let size: tir.PrimExpr = one;
  let inside = dims.length;
  while (!isConst(size, block)) {
    const dim = dims[--inside];
    if (dim === undefined || !isConst(tir.sub(dim.stride, size), 0)) {
      throw refuse(
        `the innermost loops do not go through blocks of ${block} values in DRAM, one value after ` +
          `another (${describe(dims)})`,
      );
    }
    size = tir.mul(size, dim.extent);
  }
  return dims.slice(0, inside);
}

/** Folds adjacent dimensions that step through memory evenly into one. */
function folded(dims: readonly Dimension[], block: number): Dimension[] {
  const runs: Dimension[] = [];
  for (const dim of [...dims].reverse()) {
    const run = runs[0];
    if (run !== undefined && isConst(tir.sub(tir.mul(run.extent, run.stride), dim.stride), 0)) {
      runs[0] = {
        extent: arith.factlessAnalyzer().simplify(tir.mul(run.extent, dim.extent)),
        stride: run.stride,
      };
    } else {
      runs.unshift({ extent: arith.factlessAnalyzer().simplify(dim.extent), stride: dim.stride });
    }
  }
  const innermost = runs.at(-1);
  // All blocks are apart: rows of one block.
  if (innermost !== undefined && !isConst(innermost.stride, block)) {
    runs.push({ extent: one, stride: new tir.IntImm(block) });
  }
  return runs;
}

function isConst(expr: tir.PrimExpr, value: number): boolean {
  return tir.isConstInt(
    tir.isConstInt(expr) ? expr : arith.factlessAnalyzer().simplify(expr),
    value,
  );
}

function divides(expr: tir.PrimExpr, block: number): boolean {
  return isConst(tir.floorMod(expr, block), 0);
}

function describe(dims: readonly Dimension[]): string {
  const extents = tir.reprList(dims.map((dim) => dim.extent));
  return `extents ${extents}, strides ${tir.reprList(dims.map((dim) => dim.stride))}`;
}
