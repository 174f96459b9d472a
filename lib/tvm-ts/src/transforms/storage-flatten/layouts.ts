/** The layouts that buffers are to get, as a function carries them until they are applied. */

import { LayoutTransforms, type Buffer, type PrimFunc } from "../../ir";

/** The attribute's name in printed programs. */
const LAYOUTS = "layout_transform_map";

/** What is to be done with the buffers of a function, if anything. */
export function layoutsOf(func: PrimFunc): LayoutTransforms | undefined {
  const layouts = func.attrs[LAYOUTS];
  return layouts instanceof LayoutTransforms ? layouts : undefined;
}

/** The function after a pass that put other buffers in the place of some. */
export function withLayoutsOf(func: PrimFunc, replacement: (buffer: Buffer) => Buffer): PrimFunc {
  const layouts = layoutsOf(func);
  return layouts === undefined ? func : func.withAttrs({ [LAYOUTS]: layouts.remap(replacement) });
}

/**
 * The function once its layouts are applied. The reference's attributes are a hash table by now, as
 * there were four, and printed programs show the order of that.
 */
export function withoutLayouts(func: PrimFunc): PrimFunc {
  const others = Object.entries(func.attrs).filter(([name]) => name !== LAYOUTS);
  return func.withOnlyAttrs(Object.fromEntries(others.reverse()));
}
