/** Memory scopes and thread tags: the kinds of memory, and the threads that share them. */

import { UsageError } from "../support";
import type { Var } from "./expr";

/**
 * The level of a memory in the thread hierarchy: the smaller the rank, the more threads share it.
 */
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

const RANKS: readonly (readonly [prefix: string, rank: StorageRank])[] = [
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
  /** The text after the rank's name; empty for the default memory of the rank. */
  readonly tag: string;
  /** The full text of the scope, `global` if it is not specified. */
  readonly text: string;
}

/** Whether `scope` is empty or starts with the name of a rank. */
export function isStorageScope(scope: unknown): scope is string {
  if (typeof scope !== "string") return false;
  return scope === "" || RANKS.some(([prefix]) => scope.startsWith(prefix));
}

/** @throws UsageError for a scope that does not start with the name of a rank. */
export function storageScope(text: string): StorageScope {
  if (text === "") return { rank: StorageRank.Global, tag: "", text: "global" };
  const found = RANKS.find(([prefix]) => text.startsWith(prefix));
  if (found === undefined) {
    throw new UsageError(
      "tir-storage-scope",
      `'${text}' is not a storage scope; a scope starts with ${RANKS.map(([p]) => p).join(", ")}`,
    );
  }
  const [prefix, rank] = found;
  return { rank, tag: text.slice(prefix.length), text };
}

/** The scope of the memory to which a buffer's variable points. */
export function scopeOfPointer(data: Var): StorageScope {
  return storageScope(data.pointer?.scope ?? "");
}

/** The position of a thread tag in the thread hierarchy. */
export interface ThreadScope {
  /** 0 for blocks, 1 for the threads of a block. */
  readonly rank: 0 | 1;
  /** The dimension: 0 to 2 for x to z; -1 for virtual threads. */
  readonly dim: number;
}

const THREAD_TAG = /^(?:(blockIdx|threadIdx)\.([xyz])|vthread.*|cthread)$/;

/** Whether the tag names blocks, their threads or virtual threads. */
export function isThreadTag(tag: string): boolean {
  return THREAD_TAG.test(tag);
}

/**
 * The thread scope of a tag. Virtual threads have the rank of threads of a block.
 * @throws UsageError for a text that is not a thread tag.
 */
export function threadScope(tag: string): ThreadScope {
  const match = THREAD_TAG.exec(tag);
  if (match === null) {
    throw new UsageError(
      "te-bind",
      `'${tag}' is not a thread tag; use blockIdx.x, threadIdx.x (also y and z), vthread or cthread`,
    );
  }
  const [, group, dim] = match;
  return {
    rank: group === "blockIdx" ? 0 : 1,
    dim: dim === undefined ? -1 : "xyz".indexOf(dim),
  };
}
