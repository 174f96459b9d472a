/**
 * Which memory each value of a fused network lives in: values that are never needed at the same time
 * share it. What is between functions takes the smallest free piece that is large enough and not more
 * than sixteen times too large, else the largest that is too small and grows.
 */

import { bytesPerElement } from "./host-tensor";
import type { Expr, Func } from "./relay-expr";
import { tensorType } from "./type";
import { countReaders, operandsOf, visitInPostOrder } from "./visit";

const MATCH_RANGE = 16;

export interface MemoryPlan {
  /** The number of the piece that each value is in. */
  readonly storageOf: ReadonlyMap<Expr, number>;
  /** Bytes of each piece. */
  readonly bytes: readonly number[];
}

interface Piece {
  readonly id: number;
  bytes: number;
}

export function planMemory(func: Func): MemoryPlan {
  const pieces: Piece[] = [];
  const storageOf = new Map<Expr, Piece>();
  const readers = countReaders(func.body);
  let free: Piece[] = [];

  const allocate = (bytes: number): Piece => {
    const piece = { id: pieces.length, bytes };
    pieces.push(piece);
    return piece;
  };
  const request = (bytes: number): Piece => {
    const larger = free.find((one) => one.bytes >= bytes && one.bytes <= bytes * MATCH_RANGE);
    const piece =
      larger ?? free.filter((one) => one.bytes < bytes && one.bytes >= bytes / MATCH_RANGE).at(-1);
    if (piece === undefined) return allocate(bytes);
    free = free.filter((one) => one !== piece);
    piece.bytes = Math.max(piece.bytes, bytes);
    return piece;
  };
  const release = (piece: Piece): void => {
    const at = free.findIndex((one) => one.bytes > piece.bytes);
    free.splice(at < 0 ? free.length : at, 0, piece);
  };

  for (const param of func.params) storageOf.set(param, allocate(bytesOf(param)));
  visitInPostOrder(func.body, (expr) => {
    if (expr.kind === "constant") storageOf.set(expr, allocate(bytesOf(expr)));
    if (expr.kind !== "call") return;
    storageOf.set(expr, request(bytesOf(expr)));
    for (const operand of operandsOf(expr)) {
      const left = readers.get(operand)! - 1;
      readers.set(operand, left);
      // Inputs and weights stay where they are.
      if (left === 0 && operand.kind === "call") release(storageOf.get(operand)!);
    }
  });
  return {
    storageOf: new Map([...storageOf].map(([expr, piece]) => [expr, piece.id])),
    bytes: pieces.map((piece) => piece.bytes),
  };
}

function bytesOf(expr: Expr): number {
  const type = tensorType(expr.type, "a value in memory");
  return type.size * bytesPerElement(type.dtype);
}
