/**
 * Turns buffers of several dimensions into flat memory, in functions that were not made from a
 * schedule (StorageFlatten does those).
 *
 *     allocate(B, float32, [4, 8]) { B[i, j] = A[i, j] }
 *  => allocate(B, float32, [32]) { B[(i*8) + j] = A[(i*8) + j] }
 */

import { Analyzer, elemOffset, flattenedBuffer } from "../arith";
import {
  cast,
  constant,
  mul,
  mutate,
  update,
  type Buffer,
  type PrimExpr,
  type PrimFunc,
} from "../ir";
import type { FunctionPass } from "../pass";
import { isFromSchedule } from "./analysis/function";

export const flattenBuffer: FunctionPass = {
  name: "tir.FlattenBuffer",
  doc: "Turns buffers of several dimensions into flat memory, outside of schedules.",
  run: (func) => (isFromSchedule(func) ? func : flatten(func)),
};

function flatten(func: PrimFunc): PrimFunc {
  const analyzer = new Analyzer();
  const buffers = new Map<Buffer, Buffer>();
  const flat = (buffer: Buffer): Buffer => {
    let result = buffers.get(buffer);
    if (result === undefined) {
      result = flattenedBuffer(buffer);
      // Booleans are stored as bytes.
      if (result.dtype === "bool") result = result.with({ dtype: "int8" });
      buffers.set(buffer, result);
    }
    return result;
  };

  const bufferMap = new Map([...func.bufferMap].map(([param, buffer]) => [param, flat(buffer)]));
  const body = mutate(func.body, {
    Allocate(node, recur) {
      const allocate = recur.children(node);
      const dtype = allocate.dtype === "bool" ? "int8" : allocate.dtype;
      if (allocate.extents.length === 1) return update(allocate, { dtype });
      const size = allocate.extents.reduce<PrimExpr>((n, extent) => mul(n, extent), constant(1));
      return update(allocate, { dtype, extents: [size] });
    },
    BufferStore(node, recur) {
      const store = recur.children(node);
      const value = node.value.dtype === "bool" ? cast("int8", store.value) : store.value;
      const indices = elemOffset(node.buffer, store.indices, analyzer);
      return update(store, { buffer: flat(node.buffer), value, indices });
    },
    BufferLoad(node, recur) {
      const load = recur.children(node);
      const indices = elemOffset(node.buffer, load.indices, analyzer);
      const value = update(load, { buffer: flat(node.buffer), indices });
      return node.dtype === "bool" ? cast("bool", value) : value;
    },
  });
  const preflattenedBufferMap = new Map([...func.bufferMap, ...func.preflattenedBufferMap]);
  return func.with({ body, bufferMap, preflattenedBufferMap });
}
