/** What a code generator makes and a device loads: code, and what the runtime must know about it. */

import type { ModuleRecord } from "./module-record";

/**
 * An external call: the bytes of code from `offset` on make it, the functions' text from `start` to
 * `end` says it.
 */
export interface CallPlace {
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

export interface Artifact {
  /** What `code` holds: `wasm`, `c`, or another name that a generator and its devices agree on. */
  readonly format: string;
  readonly code: Uint8Array;
  readonly record: ModuleRecord;
  /** Text of the functions that the code was made from. */
  readonly tir: () => string;
  /** Those of its external calls whose place is known. */
  readonly calls: () => readonly CallPlace[];
  readonly imports: readonly Artifact[];
  /** The functions in C, and the machine to compile them for; files do not carry it. */
  readonly library?: { readonly source: () => string; readonly triple: string | undefined };
}
