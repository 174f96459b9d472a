/** Memory scopes and thread tags: which memory there is, and which threads share it. */

import { UsageError } from "../support";
import type { Var } from "./expr";

/** How far down the thread hierarchy a memory belongs: the smaller, the more threads see it. */
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
  /** What follows the rank's name; empty for the plain memory of that rank. */
  readonly tag: string;
  /** The scope in full, `global` where nothing was said. */
  readonly text: string;
}

/** Whether `scope` is empty or begins as a memory scope does. */
export function isStorageScope(scope: unknown): scope is string {
  if (typeof scope !== "string") return false;
  return scope === "" || RANKS.some(([prefix]) => scope.startsWith(prefix));
}

/** @throws UsageError for a scope that starts with no rank's name. */
export function storageScope(text: string): StorageScope {
  if (text === "") return { rank: StorageRank.Global, tag: "", text: "global" };
  const found = RANKS.find(([prefix]) => text.startsWith(prefix));
  if (found === undefined) {
    throw new UsageError(
      "tir-storage-scope",
      `'${text}' is not a storage scope; one starts with ${RANKS.map(([p]) => p).join(", ")}`,
    );
  }
  const [prefix, rank] = found;
  return { rank, tag: text.slice(prefix.length), text };
}

/** The scope of the memory a buffer's variable points to. */
export function scopeOfPointer(data: Var): StorageScope {
  return storageScope(data.pointer?.scope ?? "");
}

/** Where the threads of a tag stand. */
export interface ThreadScope {
  /** 0 for blocks, 1 for the threads of one. */
  readonly rank: 0 | 1;
  /** Which of x, y and z; -1 for virtual threads. */
  readonly dim: number;
}

const THREAD_TAG = /^(?:(blockIdx|threadIdx)\.([xyz])|vthread.*|cthread)$/;

/** Whether the tag names blocks, their threads or virtual threads. */
export function isThreadTag(tag: string): boolean {
  return THREAD_TAG.test(tag);
}

/**
 * Virtual threads are like those of a block.
 * @throws UsageError for a tag that names no threads.
 */
export function threadScope(tag: string): ThreadScope {
  const match = THREAD_TAG.exec(tag);
  if (match === null) {
    throw new UsageError(
      "te-bind",
      `'${tag}' is not a thread tag; there are blockIdx.x, threadIdx.x (also y and z), vthread, cthread`,
    );
  }
  const [, group, dim] = match;
  return {
    rank: group === "blockIdx" ? 0 : 1,
    dim: dim === undefined ? -1 : "xyz".indexOf(dim),
  };
}
