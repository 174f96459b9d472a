/**
 * Assigns the values of a fused network to blocks of memory; values that are never needed at the
 * same time share a block. An intermediate value gets the smallest free block that is large enough
 * and at most sixteen times its size, else the largest smaller block, which grows.
 */

import { bytesPerElement } from "./host-tensor";
import type { Expr, Func } from "./relay-expr";
import { tensorType } from "./type";
import { countReaders, operandsOf, visitInPostOrder } from "./visit";

const MATCH_RANGE = 16;

export interface MemoryPlan {
  /** The index of each value's block. */
  readonly storageOf: ReadonlyMap<Expr, number>;
  /** Bytes of each block. */
  readonly bytes: readonly number[];
}

interface MemoryBlock {
  readonly id: number;
  bytes: number;
}

export function planMemory(func: Func): MemoryPlan {
  const blocks: MemoryBlock[] = [];
  const storageOf = new Map<Expr, MemoryBlock>();
  const readers = countReaders(func.body);
  let free: MemoryBlock[] = [];

  const allocate = (bytes: number): MemoryBlock => {
    const block = { id: blocks.length, bytes };
    blocks.push(block);
    return block;
  };
  const request = (bytes: number): MemoryBlock => {
    const larger = free.find((other) => other.bytes >= bytes && other.bytes <= bytes * MATCH_RANGE);
    const block =
      larger ??
      free.filter((other) => other.bytes < bytes && other.bytes >= bytes / MATCH_RANGE).at(-1);
    if (block === undefined) return allocate(bytes);
    free = free.filter((other) => other !== block);
    block.bytes = Math.max(block.bytes, bytes);
    return block;
  };
  const release = (block: MemoryBlock): void => {
    const at = free.findIndex((other) => other.bytes > block.bytes);
    free.splice(at < 0 ? free.length : at, 0, block);
  };

  for (const param of func.params) storageOf.set(param, allocate(bytesOf(param)));
  visitInPostOrder(func.body, (expr) => {
    if (expr.kind === "constant") storageOf.set(expr, allocate(bytesOf(expr)));
    if (expr.kind !== "call") return;
    storageOf.set(expr, request(bytesOf(expr)));
    for (const operand of operandsOf(expr)) {
      const left = readers.get(operand)! - 1;
      readers.set(operand, left);
      // The blocks of inputs and weights are not reused.
      if (left === 0 && operand.kind === "call") release(storageOf.get(operand)!);
    }
  });
  return {
    storageOf: new Map([...storageOf].map(([expr, block]) => [expr, block.id])),
    bytes: blocks.map((block) => block.bytes),
  };
}

function bytesOf(expr: Expr): number {
  const type = tensorType(expr.type, "a value of the network");
  return type.size * bytesPerElement(type.dtype);
}
