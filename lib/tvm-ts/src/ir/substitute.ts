/** Replacing variables. */

import type { Buffer } from "./buffer";
import { type PrimExpr, type Var } from "./expr";
import { mutator, type Rewritten } from "./mutate";
import type { Node } from "./shapes";
import { update } from "./update";

/** Returns a variable's replacement, or `undefined` to keep it. */
export type Substitution = ReadonlyMap<Var, PrimExpr> | ((variable: Var) => PrimExpr | undefined);

/**
 * `node` with variables replaced. A buffer whose pointer is replaced by another variable is replaced
 * by another buffer, the same at each of its uses. Shapes and strides of buffers are not changed.
 */
export function substitute<N extends Node>(node: N, replace: Substitution): Rewritten<N> {
  const lookup = typeof replace === "function" ? replace : (v: Var) => replace.get(v);
  const buffers = new Map<Buffer, Buffer>();
  const remap = (buffer: Buffer): Buffer => {
    const data = lookup(buffer.data);
    if (data?.kind !== "Var") return buffer;
    let mapped = buffers.get(buffer);
    if (mapped === undefined) buffers.set(buffer, (mapped = buffer.with({ data })));
    return mapped;
  };
  return mutator({
    Var: (variable) => lookup(variable),
    BufferLoad: (load, recur) => update(recur.children(load), { buffer: remap(load.buffer) }),
    BufferStore: (store, recur) => update(recur.children(store), { buffer: remap(store.buffer) }),
  })(node);
}
