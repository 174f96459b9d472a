/** Replacing variables, also where a buffer is described by them. */

import type { Buffer } from "./buffer";
import { BufferLoad, type PrimExpr, type Var } from "./expr";
import { mapArray, mutator, type Recur, type Rewritten } from "./mutate";
import type { Node } from "./shapes";
import { BufferStore } from "./stmt";

/** Gives a variable's replacement, or `undefined` to keep it. */
export type Substitution = ReadonlyMap<Var, PrimExpr> | ((variable: Var) => PrimExpr | undefined);

/**
 * `node` with variables replaced. A buffer whose data pointer, shape, strides or offset mention a
 * replaced variable becomes another buffer, the same one at each of its uses.
 */
export function substitute<N extends Node>(node: N, replace: Substitution): Rewritten<N> {
  const lookup = typeof replace === "function" ? replace : (v: Var) => replace.get(v);
  const buffers = new Map<Buffer, Buffer>();
  const remap = (buffer: Buffer): Buffer => {
    let mapped = buffers.get(buffer);
    if (mapped === undefined) {
      mapped = substituteInBuffer(buffer, recur);
      buffers.set(buffer, mapped);
    }
    return mapped;
  };
  const recur = mutator({
    Var: (variable) => lookup(variable),
    BufferLoad(load, recur) {
      const inner = recur.children(load);
      const buffer = remap(load.buffer);
      return buffer === load.buffer ? inner : new BufferLoad(buffer, inner.indices, load.span);
    },
    BufferStore(store, recur) {
      const inner = recur.children(store);
      const buffer = remap(store.buffer);
      if (buffer === store.buffer) return inner;
      return new BufferStore(buffer, inner.value, inner.indices, store.span);
    },
  });
  return recur(node);
}

function substituteInBuffer(buffer: Buffer, recur: Recur): Buffer {
  const data = recur(buffer.data);
  const shape = mapArray(buffer.shape, (dim) => recur(dim));
  const strides = mapArray(buffer.strides, (stride) => recur(stride));
  const elemOffset = recur(buffer.elemOffset);
  if (
    data === buffer.data &&
    shape === buffer.shape &&
    strides === buffer.strides &&
    elemOffset === buffer.elemOffset
  ) {
    return buffer;
  }
  // A pointer can be renamed, not computed: anything but a variable leaves it as it was.
  const pointer = data.kind === "Var" ? data : buffer.data;
  return buffer.with({ data: pointer, shape, strides, elemOffset });
}
