/**
 * The metadata of a compiled module. Code generators write it, the runtime reads it, and saved files
 * contain it as JSON. Types and names only.
 */

import type { DeviceKind } from "./device-kind";

/** The version of everything in this file; a file of another version is refused. */
export const FORMAT_VERSION = 1;

/** Names of the import modules of generated WebAssembly. */
export const IMPORTS = {
  /** `memory`: the device's. */
  env: "env",
  /** C functions of the program, by their names. */
  extern: "extern",
  /** By number: functions that take an outlined part of the program. */
  recording: "recording",
  /** By number: calls of packed functions. */
  packed: "packed",
  /** Functions of the host's `Math`, and a few it lacks. */
  math: "math",
  /** What the runtime does for generated code: `alloc`, `free`, `fail`, `parallel`. */
  host: "host",
} as const;

/**
 * The exported global with the number of the external call that the code makes, an `i32`; only in code
 * with external calls.
 */
export const EXTERNAL_CALL = "external.call";
/** Its value while the code makes none. */
export const NO_CALL = -1;

/** A size: a number, a variable of the function's by name, or an operation on two sizes. */
export type SizeRecord = number | string | readonly [SizeOperator, SizeRecord, SizeRecord];

export type SizeOperator =
  "add" | "sub" | "mul" | "floordiv" | "floormod" | "truncdiv" | "truncmod" | "min" | "max";

export interface ScalarParam {
  readonly kind: "scalar";
  readonly name: string;
  readonly dtype: string;
}

export interface BufferParam {
  readonly kind: "buffer";
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly SizeRecord[];
  /** In elements; `null` when the array must be row-major and without gaps. */
  readonly strides: readonly SizeRecord[] | null;
  /** In elements. */
  readonly elemOffset: SizeRecord;
  /** `elemOffset` is a multiple of this. */
  readonly offsetFactor: number;
  /** A dimension of length 1 is broadcast: its stride counts as 0. */
  readonly autoBroadcast?: boolean;
}

export type ParamRecord = ScalarParam | BufferParam;

/** Where the value of a function's size variable is found. */
export interface SymbolRecord {
  readonly name: string;
  readonly dtype: string;
  /** Index of the parameter. */
  readonly param: number;
  readonly field: "shape" | "strides" | "elemOffset";
  /** The dimension, for `shape` and `strides`. */
  readonly axis: number;
}

/**
 * A function of a module. The export of its name takes the address of its scratch memory (`frame`
 * bytes, 0 if there are none), its parameters (arrays by address), and its size variables.
 */
export interface FunctionRecord {
  readonly name: string;
  readonly params: readonly ParamRecord[];
  readonly symbols: readonly SymbolRecord[];
  readonly frame: number;
  /** Type of what the function returns, if it returns something. */
  readonly result?: string;
}

/** A part of a function that is passed to `function`; exported as `body`. */
export interface RecordingRecord {
  readonly function: string;
  readonly body: string;
  readonly frame: number;
}

/** A loop whose iterations may run at the same time; `body` runs a range of them. */
export interface ParallelRecord {
  readonly body: string;
  readonly frame: number;
  /** Whether other threads can run it: it calls nothing that only the main thread has. */
  readonly anyThread: boolean;
}

export type PackedArgument =
  | { readonly kind: "array"; readonly dtype: string; readonly ndim: number }
  | { readonly kind: "scalar"; readonly dtype: string }
  | { readonly kind: "text"; readonly text: string };

/** A call of a packed function: an array arrives as its address and its lengths. */
export interface PackedRecord {
  readonly function: string;
  readonly args: readonly PackedArgument[];
}

export interface ModuleRecord {
  readonly formatVersion: number;
  /** The target's own text. */
  readonly target: string;
  /** The kind of device whose memory the functions work in. */
  readonly device: DeviceKind;
  /** The configuration that the device must have; absent when any will do. */
  readonly configuration?: Readonly<Record<string, string | number>>;
  /** The function that a call of the module itself calls. */
  readonly entry: string;
  readonly functions: readonly FunctionRecord[];
  readonly recordings: readonly RecordingRecord[];
  readonly parallels: readonly ParallelRecord[];
  readonly packed: readonly PackedRecord[];
  /** Messages of the program's assertions, by number. */
  readonly assertions: readonly string[];
}
