/** What a code generator makes and a device loads: code, and what the runtime must know about it. */

import type { ModuleRecord } from "./module-record";

/** The text of an external call: `start` to `end` of the functions' text. */
export interface CallPlace {
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
  /** The places of its external calls, by their numbers; empty if they are unknown. */
  readonly calls: () => readonly CallPlace[];
  readonly imports: readonly Artifact[];
  /** The functions in C, and the machine to compile them for; files do not carry it. */
  readonly library?: { readonly source: () => string; readonly triple: string | undefined };
}
