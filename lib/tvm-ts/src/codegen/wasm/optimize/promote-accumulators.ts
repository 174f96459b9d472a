/**
 * Keeps an element that a loop accumulates into in a register during the loop.
 *
 *     for k { C[i] = C[i] + f(k) }
 *     ->  allocate r[1];  r[0] = C[i];  for k { r[0] = r[0] + f(k) };  C[i] = r[0]
 */

import {
  Allocate,
  BufferLoad,
  BufferStore,
  bytesOf,
  CallEffect,
  constIntValue,
  declBuffer,
  exprEqual,
  forEachChild,
  IntImm,
  mutate,
  SeqStmt,
  someNode,
  substitute,
  trueImm,
  usesVar,
  Var,
  type For,
  type Node,
  type PrimExpr,
  type Stmt,
} from "../../../ir";
import { isHoistable } from "../index-properties";

/** The largest accumulator in bytes: half of sixteen 16-byte registers. */
const MAX_BYTES = 128;

export function promoteAccumulators(body: Stmt): Stmt {
  const promoted = new Set<Var>();
  return mutate(body, {
    For(loop, recur) {
      if (loop.forKind === "parallel" || (constIntValue(loop.extent) ?? 0) < 2) return undefined;
      const found = findAccumulator(loop, promoted);
      if (found === undefined) return undefined;
      return recur(promote(loop, found, promoted));
    },
  });
}

type Access = BufferLoad | BufferStore;

/** A loop's accesses through one pointer. */
interface PointerAccesses {
  readonly first: Access;
  /** Every access is of this element, and the element is the same in every iteration. */
  fixed: boolean;
  /** Written in every iteration. */
  written: boolean;
}

/**
 * An element that a loop accumulates into, by one of its stores; the indices are valid before the
 * loop.
 */
interface Accumulator {
  readonly store: BufferStore;
  readonly indices: readonly PrimExpr[];
}

function findAccumulator(loop: For, promoted: ReadonlySet<Var>): Accumulator | undefined {
  const memories = new Map<Var, PointerAccesses>();
  const inside = new Set<Var>([loop.loopVar]);
  /** Loop-invariant values of variables that are defined in the loop. */
  const lets = new Map<Var, PrimExpr>();
  let opaque = false;
  const access = (node: Access, always: boolean): void => {
    const { data, dtype } = node.buffer;
    let memory = memories.get(data);
    if (memory === undefined) {
      memories.set(data, (memory = { first: node, fixed: true, written: false }));
    }
    const { first } = memory;
    memory.fixed &&=
      dtype === first.buffer.dtype &&
      node.indices.length === first.indices.length &&
      node.indices.every((index, d) => exprEqual(index, first.indices[d]!));
    memory.written ||= always && node.kind === "BufferStore";
  };
  const visit = (node: Node, always: boolean): void => {
    switch (node.kind) {
      case "Var":
        // A pointer that escapes: any access is possible.
        if (node.dtype === "handle") opaque = true;
        return;
      case "Call":
        opaque ||= node.op.effect >= CallEffect.ReadState;
        break;
      case "While":
      case "AttrStmt":
        opaque = true;
        return;
      case "BufferLoad":
      case "BufferStore":
        access(node, always);
        break;
      case "For":
        if (node.forKind === "parallel") opaque = true;
        inside.add(node.loopVar);
        return descend(node, always && (constIntValue(node.extent) ?? 0) > 0);
      case "Let":
      case "LetStmt": {
        const value = substitute(node.value, lets);
        if (isHoistable(value) && !usesVar(value, (v) => inside.has(v))) lets.set(node.var_, value);
        else inside.add(node.var_);
        break;
      }
      case "Allocate":
        inside.add(node.bufferVar);
        break;
      case "IfThenElse":
        return descend(node, false);
      default:
    }
    descend(node, always);
  };
  const descend = (node: Node, always: boolean): void =>
    forEachChild(node, (child) => {
      if (!opaque) visit(child, always);
    });
  visit(loop.body, true);
  if (opaque) return undefined;
  for (const [data, { first, fixed, written }] of memories) {
    if (!fixed || !written || inside.has(data) || promoted.has(data)) continue;
    const varies = (index: PrimExpr): boolean =>
      usesVar(index, (variable) => inside.has(variable)) ||
      someNode(index, (node) => node.kind === "BufferLoad" || node.kind === "Call");
    if (first.indices.some(varies)) continue;
    const store = storeOf(loop, data);
    if (bytesOf(store.value.dtype) > MAX_BYTES) continue;
    return { store, indices: store.indices.map((index) => substitute(index, lets)) };
  }
  return undefined;
}

function storeOf(loop: For, data: Var): BufferStore {
  let store: BufferStore | undefined;
  someNode(loop, (node) => {
    if (node.kind === "BufferStore" && node.buffer.data === data) store = node;
    return store !== undefined;
  });
  return store!;
}

function promote(loop: For, { store, indices }: Accumulator, promoted: Set<Var>): Stmt {
  const { buffer, value } = store;
  const data = new Var(`${buffer.name}.register`, "handle");
  promoted.add(data);
  const register = declBuffer([1], value.dtype, { name: data.name, data });
  const at = [new IntImm(0)];
  const inside = mutate(loop as Stmt, {
    BufferLoad: (load) =>
      load.buffer.data === buffer.data ? new BufferLoad(register, at) : undefined,
    BufferStore: (s, recur) =>
      s.buffer.data === buffer.data ? new BufferStore(register, recur(s.value), at) : undefined,
  });
  const before = new BufferStore(register, new BufferLoad(buffer, indices), at);
  const after = new BufferStore(buffer, new BufferLoad(register, at), indices);
  const body = new SeqStmt([before, inside, after]);
  return new Allocate(
    data,
    value.dtype,
    at.map(() => new IntImm(1)),
    trueImm(),
    body,
  );
}
