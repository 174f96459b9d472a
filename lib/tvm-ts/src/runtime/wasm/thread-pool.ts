/** Worker threads for the iterations of parallel loops. */

import type { Word } from "../device";

/** The body of a parallel loop, in a form that can be sent to other threads. */
export interface ParallelWork {
  readonly code: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Name of the export that runs a range of iterations. */
  readonly body: string;
  /** Address of the values that the body captures. */
  readonly closure: number;
}

/** Runs a range of iterations: scratch memory, closure, first, end. */
export type RangeFunction = (...words: Word[]) => Word | void;

export interface ThreadPool {
  /** The number of threads, including the calling one. */
  readonly size: number;
  /**
   * Runs the iterations `begin` to `end - 1`, each once, and returns when all are done.
   * @param frames scratch memory for each thread, the calling one first
   * @param run the body on the calling thread
   */
  run(
    work: ParallelWork,
    frames: readonly number[],
    begin: number,
    end: number,
    run: RangeFunction,
  ): void;
}
