/**
 * The layout transformations of buffers, stored in a function's attribute until they are applied.
 */

import { LayoutTransforms, type Buffer, type PrimFunc } from "../../ir";

/** The attribute's name in printed programs. */
const LAYOUTS = "layout_transform_map";

/** The layout transformations of a function, if any. */
export function layoutsOf(func: PrimFunc): LayoutTransforms | undefined {
  const layouts = func.attrs[LAYOUTS];
  return layouts instanceof LayoutTransforms ? layouts : undefined;
}

/** The function after a pass that replaced buffers. */
export function withLayoutsOf(func: PrimFunc, replacement: (buffer: Buffer) => Buffer): PrimFunc {
  const layouts = layoutsOf(func);
  return layouts === undefined ? func : func.withAttrs({ [LAYOUTS]: layouts.remap(replacement) });
}

/**
 * The function after its layouts were applied. The reference's map of attributes became a hash table
 * when it had four entries, and printed programs show the order of that table.
 */
export function withoutLayouts(func: PrimFunc): PrimFunc {
  const others = Object.entries(func.attrs).filter(([name]) => name !== LAYOUTS);
  return func.withOnlyAttrs(Object.fromEntries(others.reverse()));
}
