/**
 * Gives buffers without a storage scope one: `global` outside of threads, `shared` in a block,
 * `local` in a thread.
 *
 *     realize B: Pointer(float32) { ... }  =>  realize B: Pointer(global float32) { ... }
 */

import {
  Feature,
  hasFeature,
  Buffer,
  mapArray,
  mutator,
  threadScope,
  update,
  Var,
  type AttrStmt,
  type IterVar,
  type PrimFunc,
} from "../../ir";
import type { FunctionPass } from "../../pass";
import { withLayoutsOf } from "./layouts";

export const threadScopePropagate: FunctionPass = {
  name: "tir.ThreadScopePropagate",
  doc: "Gives buffers without a storage scope that of the threads around them.",
  run(func) {
    if (!hasFeature(func.body, Feature.BufferRealize)) return func;
    return propagate(func, new Set(func.bufferMap.values()));
  },
};

const defaultScopes = ["shared", "local"] as const;

function propagate(func: PrimFunc, external: ReadonlySet<Buffer>): PrimFunc {
  const scoped = new Map<Var, Buffer>();
  const threads: (0 | 1)[] = [];
  const remap = (buffer: Buffer): Buffer => scoped.get(buffer.data) ?? buffer;
  const remapNode = (attr: AttrStmt): AttrStmt["node"] => {
    // An unused rolling-buffer attribute keeps the old buffer, as in TVM.
    if (attr.key === "rolling_buffer_scope") return attr.node;
    if (attr.node instanceof Buffer) return remap(attr.node);
    if (attr.key !== "buffer_bind_scope") return attr.node;
    return mapArray(attr.node as readonly Buffer[], remap);
  };

  const body = mutator({
    Var: (variable) => scoped.get(variable)?.data,
    BufferRealize(realize, recur) {
      const { buffer } = realize;
      const { data } = buffer;
      if (data.pointer?.scope !== "" || external.has(buffer)) return undefined;
      const rank = threads[threads.length - 1];
      const scope = rank === undefined ? "global" : defaultScopes[rank];
      const pointer = data.replacement({ pointer: { element: data.pointer.element, scope } });
      const result = buffer.with({ data: pointer });
      scoped.set(data, result);
      return update(realize, { buffer: result, body: recur(realize.body) });
    },
    BufferLoad: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    BufferStore: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    Prefetch: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    AttrStmt(attr, recur) {
      if (attr.key === "thread_extent") {
        threads.push(threadScope((attr.node as IterVar).threadTag).rank);
        const inner = recur.children(attr);
        threads.pop();
        return inner;
      }
      return update(recur.children(attr), { node: remapNode(attr) });
    },
  })(func.body);
  return withLayoutsOf(func.with({ body }), remap);
}
