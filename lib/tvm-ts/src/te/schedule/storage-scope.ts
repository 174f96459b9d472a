/** Memory scopes and thread tags, and which threads share which memory. */

/** How far a memory reaches: a smaller rank is seen by more threads. */
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

const RANKS: readonly (readonly [string, StorageRank])[] = [
  ["global", StorageRank.Global],
  ["shared", StorageRank.Shared],
  ["warp", StorageRank.Warp],
  ["local", StorageRank.Local],
  ["wmma.matrix_a", StorageRank.WmmaMatrixA],
  ["wmma.matrix_b", StorageRank.WmmaMatrixB],
  ["wmma.accumulator", StorageRank.WmmaAccumulator],
  ["texture", StorageRank.Texture],
];

function rankOf(scope: string): StorageRank | undefined {
  return RANKS.find(([prefix]) => scope.startsWith(prefix))?.[1];
}

/** Whether `scope` is empty or begins as a memory scope does. */
export function isStorageScope(scope: unknown): scope is string {
  if (typeof scope !== "string") return false;
  return scope === "" || rankOf(scope) !== undefined;
}

/** The rank of a scope; an empty one is global. */
export function storageRank(scope: string): StorageRank {
  return rankOf(scope) ?? StorageRank.Global;
}

export interface ThreadScope {
  /** 0 for blocks, 1 for the threads of one. */
  readonly rank: 0 | 1;
  /** Which of x, y and z; -1 for virtual threads. */
  readonly dim: number;
}

const THREAD_TAG = /^(?:(blockIdx|threadIdx)\.([xyz])|vthread.*|cthread)$/;

/** Whether loops can be bound to a thread of this tag. */
export function isThreadTag(tag: string): boolean {
  return tag === "pipeline" || THREAD_TAG.test(tag);
}

/** Where a thread stands; virtual threads are like those of a block. */
export function threadScope(tag: string): ThreadScope {
  const [, group, dim] = THREAD_TAG.exec(tag) ?? [];
  return {
    rank: group === "blockIdx" ? 0 : 1,
    dim: dim === undefined ? -1 : "xyz".indexOf(dim),
  };
}

/** Virtual threads are interleaved by the compiler, not run by the hardware. */
export function isVirtualThread(tag: string): boolean {
  return tag === "vthread" || tag === "cthread";
}
