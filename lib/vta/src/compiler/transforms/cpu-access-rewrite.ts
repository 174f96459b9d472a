/**
 * Makes host code request the address behind a device buffer before it reads or writes it.
 *
 *     B[i] = A[i]
 *  => let A_ptr = VTABufferCPUPtr(command_handle, A)
 *     let B_ptr = VTABufferCPUPtr(command_handle, B)
 *     B_ptr[i] = A_ptr[i]
 */

import { tir, UsageError, type pass } from "tvm-ts";
import type { Environment } from "../environment";
import { commandHandle } from "../intrin";

export function cpuAccessRewrite(env: Environment): pass.FunctionPass {
  return {
    name: "tir.vta.CPUAccessRewrite",
    doc: "Makes host code request the address behind a device buffer before it accesses it.",
    run: (func) => func.with({ body: rewrite(func.body, env) }),
  };
}

function rewrite(body: tir.Stmt, env: Environment): tir.Stmt {
  /** The pointers in use, in the order of first use: the first becomes the innermost `let`. */
  const pointers = new Map<tir.Var, tir.Var>();
  const buffers = new Map<tir.Buffer, tir.Buffer>();
  const onChip: readonly string[] = [env.inpScope, env.wgtScope, env.accScope];

  const pointerTo = (data: tir.Var): tir.Var => {
    let pointer = pointers.get(data);
    if (pointer === undefined) {
      pointer = new tir.Var(`${data.name}_ptr`, data.dtype, data.pointer);
      pointers.set(data, pointer);
    }
    return pointer;
  };
  const bufferAt = (buffer: tir.Buffer, use: "read" | "filled", span: Span): tir.Buffer => {
    if (onChip.includes(buffer.scope)) throw hostUsesOnChip(buffer, use, span);
    let mapped = buffers.get(buffer);
    if (mapped === undefined) {
      mapped = buffer.with({ data: pointerTo(buffer.data), name: "buffer" });
      buffers.set(buffer, mapped);
    }
    return mapped;
  };
  const bindPointer = (data: tir.Var, pointer: tir.Var, rest: tir.Stmt): tir.Stmt => {
    const address = tir.callExtern("handle", "VTABufferCPUPtr", commandHandle(), data);
    return new tir.LetStmt(pointer, address, rest);
  };

  let place: Span;
  const result = tir.mutate(body, {
    BufferLoad(load, recur) {
      const inner = recur.children(load);
      return tir.update(inner, { buffer: bufferAt(load.buffer, "read", load.span ?? place) });
    },
    BufferStore(store, recur) {
      place = store.span;
      const inner = recur.children(store);
      return tir.update(inner, { buffer: bufferAt(store.buffer, "filled", store.span) });
    },
    Allocate(allocate, recur) {
      const inner = recur.children(allocate);
      const pointer = pointers.get(allocate.bufferVar);
      if (pointer === undefined) return inner;
      pointers.delete(allocate.bufferVar);
      return tir.update(inner, { body: bindPointer(allocate.bufferVar, pointer, inner.body) });
    },
  });
  return [...pointers].reduce((rest, [data, pointer]) => bindPointer(data, pointer, rest), result);
}

type Span = tir.Stmt["span"];

function hostUsesOnChip(
  { name, scope }: tir.Buffer,
  use: "read" | "filled",
  span: Span,
): UsageError {
  return new UsageError(
    "vta-host-access",
    `${name} is in ${scope} but is ${use} by the host, which cannot reach it; mark the stage's ` +
      `loops: stage.pragma(axis, env.dmaCopy) for a copy, env.alu for arithmetic, ` +
      `stage.tensorize(axis, env.gemm) for a matrix product`,
    { span },
  );
}
