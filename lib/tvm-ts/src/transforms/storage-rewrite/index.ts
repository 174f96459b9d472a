/**
 * Lets allocations that are not needed at the same time share memory, merges all allocations of a
 * tagged memory into one, and widens the elements of memory that is only accessed as vectors.
 *
 *     allocate(B, float32, [64]) { fill B  allocate(C, float32, [64]) { C[i] = B[i] + 1  use C } }
 *  => allocate(B, float32, [64]) { fill B  B[i] = B[i] + 1  use B }
 *
 * Allocations move out of loops, unless their size depends on the loop.
 */

import {
  Feature,
  hasFeature,
  add,
  bitsOf,
  builtin,
  constant,
  lanesOf,
  mutator,
  update,
  Var,
  walk,
  type Buffer,
  type BufferLoad,
  type BufferStore,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import type { FunctionPass } from "../../pass";
import { UsageError } from "../../support";
import { planStorage, type StorageEntry, type StoragePlan } from "./plan";
import { widenPointers } from "./widen-pointers";

export const storageRewrite: FunctionPass = {
  name: "tir.StorageRewrite",
  doc: "Lets allocations share memory, and widens the elements of memory accessed by vectors.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.Allocate) || nestsVirtualThreads(func.body)) return func;
    const plan = planStorage(func.body, context.option("tir.memory_info"));
    const body = applyPlan(func.body, plan);
    return func.with({ body: widenPointers(body, func) });
  },
};

/**
 * Whether virtual threads are nested. Which threads share a memory is known only after they are
 * expanded, so functions with nested virtual threads are not planned before that.
 */
function nestsVirtualThreads(body: Stmt): boolean {
  if (!hasFeature(body, Feature.VirtualThread)) return false;
  let depth = 0;
  let nests = false;
  walk(
    body,
    {
      AttrStmt({ key }) {
        if (key === "virtual_thread" && ++depth > 1) nests = true;
      },
    },
    {
      AttrStmt({ key }) {
        if (key === "virtual_thread") depth--;
      },
    },
  );
  return nests;
}

function applyPlan(body: Stmt, { storageOf, staying, attached }: StoragePlan): Stmt {
  const buffers = new Map<Buffer, Buffer>();

  const remap = (buffer: Buffer, pointer: Var): Buffer => {
    let moved = buffers.get(buffer);
    if (moved === undefined) {
      moved = buffer.with({ data: pointer, name: pointer.name });
      buffers.set(buffer, moved);
    }
    return moved;
  };

  const access = <N extends BufferLoad | BufferStore>(node: N): N => {
    const storage = storageOf.get(node.buffer.data);
    if (storage === undefined) return node;
    const last = node.indices[node.indices.length - 1]!;
    const index = addOffset(last, storage, bitsOf(node.buffer.dtype));
    return update<BufferLoad | BufferStore>(node, {
      buffer: remap(node.buffer, storage.pointer!),
      indices: index === last ? node.indices : [...node.indices.slice(0, -1), index],
    }) as N;
  };

  const allocateIn = (scope: Stmt | undefined, inner: Stmt): Stmt =>
    (attached.get(scope) ?? []).reduceRight<Stmt>(
      (result, { allocation }) =>
        allocation === undefined ? result : update(allocation, { body: result }),
      inner,
    );

  const rewritten = mutator({
    Var(variable) {
      const storage = storageOf.get(variable);
      if (storage === undefined) return undefined;
      if (storage.bitsOffset === 0) return storage.pointer!;
      throw new UsageError(
        "pass-address",
        `the address of ${variable.name} is used, but it is a part of ${storage.pointer!.name}; ` +
          `use an access pointer`,
      );
    },
    BufferLoad: (load, recur) => access(recur.children(load)),
    BufferStore: (store, recur) => access(recur.children(store)),
    Call(call, recur) {
      if (call.op !== builtin.accessPtr) return undefined;
      const [type, pointer, offset, extent, mask] = call.args;
      const storage = storageOf.get(pointer as Var);
      if (storage === undefined) return undefined;
      const bits = bitsOf(type!.dtype) * lanesOf(type!.dtype);
      const moved = addOffset(recur(offset!), storage, bits);
      return update(call, { args: [type!, storage.pointer!, moved, recur(extent!), mask!] });
    },
    AttrStmt(attr, recur) {
      const value = recur(attr.value);
      const inner = allocateIn(attr, recur(attr.body));
      const isVolatile = attr.key === "volatile_scope" && attr.node instanceof Var;
      const node = isVolatile ? recur(attr.node as Var) : attr.node;
      return update(attr, { node, value, body: inner });
    },
    For(node, recur) {
      const loop = recur.children(node);
      return update(loop, { body: allocateIn(node, loop.body) });
    },
    Allocate: (node, recur) => (staying.has(node.bufferVar) ? undefined : recur(node.body)),
  })(body);
  return allocateIn(undefined, rewritten);
}

/** The index relative to the begin of the merged allocation. */
function addOffset(index: PrimExpr, { bitsOffset }: StorageEntry, elementBits: number): PrimExpr {
  return bitsOffset === 0 ? index : add(constant(bitsOffset / elementBits, index.dtype), index);
}
