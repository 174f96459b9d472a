/** Storage scopes and thread tags taken apart. */

import type { Var } from "../../ir";
import { UsageError } from "../../support";

/** How far down the thread hierarchy a memory belongs; compared by order. */
export enum StorageRank {
  Global = 0,
  Shared = 1,
  Warp = 2,
  Local = 3,
  WmmaMatrixA = 4,
  WmmaMatrixB = 5,
  WmmaAccumulator = 6,
  Texture = 7,
}

const ranks: readonly (readonly [prefix: string, rank: StorageRank])[] = [
  ["global", StorageRank.Global],
  ["shared", StorageRank.Shared],
  ["warp", StorageRank.Warp],
  ["local", StorageRank.Local],
  ["wmma.matrix_a", StorageRank.WmmaMatrixA],
  ["wmma.matrix_b", StorageRank.WmmaMatrixB],
  ["wmma.accumulator", StorageRank.WmmaAccumulator],
  ["texture", StorageRank.Texture],
];

/** `local.acc_buffer` is rank `Local` with the tag `.acc_buffer`. */
export interface StorageScope {
  readonly rank: StorageRank;
  /** What follows the rank's name; empty for the plain memory of that rank. */
  readonly tag: string;
  /** The scope in full, `global` where nothing was said. */
  readonly text: string;
}

/** @throws UsageError for a scope that starts with no rank's name. */
export function storageScope(text: string): StorageScope {
  if (text === "") return { rank: StorageRank.Global, tag: "", text: "global" };
  const found = ranks.find(([prefix]) => text.startsWith(prefix));
  if (found === undefined) {
    throw new UsageError(
      `'${text}' is not a storage scope; one starts with ${ranks.map(([p]) => p).join(", ")}`,
    );
  }
  const [prefix, rank] = found;
  return { rank, tag: text.slice(prefix.length), text };
}

/** The scope of the memory a buffer's variable points to. */
export function scopeOfPointer(data: Var): StorageScope {
  return storageScope(data.pointer?.scope ?? "");
}

const ORDINARY_TAGS: ReadonlySet<string> = new Set(["", ".dyn", ".workspace", ".vtcm"]);

/** Whether the scope is a memory of its own, where all allocations share one. */
export function isTaggedMemory(scope: StorageScope): boolean {
  return !ORDINARY_TAGS.has(scope.tag);
}

/**
 * 0 for a block index, 1 for a thread index or a virtual thread.
 * @throws UsageError for any other tag.
 */
export function threadRank(tag: string): 0 | 1 {
  if (tag.startsWith("vthread") || tag === "cthread" || tag.startsWith("threadIdx.")) return 1;
  if (tag.startsWith("blockIdx.")) return 0;
  throw new UsageError(
    `'${tag}' is not a thread tag; there are blockIdx.x, threadIdx.x (also y and z), vthread, cthread`,
  );
}
