/**
 * The options of passes, under the reference's keys. An option that a context does not set has its
 * value in `defaults`.
 */

import type { PrimExpr } from "../ir";
import { UsageError } from "../support";
import type { Pass } from "./pass";

/** What a target says about one of its memories; sizes in bits. */
export interface MemoryInfo {
  /** The size of what an address counts. */
  readonly unitBits: number;
  /** The size of the whole memory. */
  readonly maxNumBits: number;
  /** Allocations that share the memory start at multiples of this. */
  readonly maxSimdBits: number;
  /** Where the memory begins, if programs can address it. */
  readonly headAddress?: PrimExpr;
}

/** Options that come in groups; a context may set some of a group. */
export interface OptionGroups {
  readonly "tir.UnrollLoop": {
    /** Serial loops of at most this many steps in all are unrolled without a pragma. */
    readonly autoMaxStep: number;
    /** How many nested loops are unrolled without a pragma. */
    readonly autoMaxDepth: number;
    /** Serial loops of at most this extent are unrolled without a pragma. */
    readonly autoMaxExtent: number;
    /** Repeats the body; otherwise the loop is only marked for the code generator. */
    readonly explicitUnroll: boolean;
  };
  readonly "tir.LoopPartition": {
    /** Also splits loops of constant extent. */
    readonly partitionConstLoop: boolean;
    /** Keeps the loop around a part that is a single iteration. */
    readonly noUnrollLoopWithExtentOne: boolean;
    /** Unrolls a loop with a hint that leads to no split. */
    readonly unrollLoopWithPartitionHintNoInterval: boolean;
  };
  readonly "tir.InjectDoubleBuffer": {
    /** The loop is unrolled by this factor, 1 or even; 0 leaves it alone. */
    readonly splitLoop: number;
  };
  readonly "tir.HoistIfThenElse": {
    /** Hoists conditions over thread indices too (the reference's spelling). */
    readonly supportBlockScopeHosting: boolean;
  };
}

export interface PlainOptions {
  /** Runs vectorized loops one element at a time. */
  readonly "tir.disable_vectorize": boolean;
  /** Leaves out StorageRewrite. */
  readonly "tir.disable_storage_rewrite": boolean;
  /** Makes CommonSubexprElimTIR do nothing. */
  readonly "tir.disable_cse_tir": boolean;
  /** CommonSubexprElimTIR treats expressions as equal that simplify to equal ones. */
  readonly "tir.enable_equiv_terms_in_cse_tir": boolean;
  /**
   * Simplifies floats as if they were exact, finite and never NaN: `x - x` is 0, `x / 3` is a
   * product. TVM always does.
   */
  readonly "tir.fastMath": boolean;
  /** Says in a function's attributes that its buffers do not overlap. */
  readonly "tir.noalias": boolean;
  /** Keeps loops of extent one when a schedule becomes statements. */
  readonly "tir.debug_keep_trivial_loop": boolean;
  /** Passes to add at the end of a phase, each with the phase's number (3 for larger ones). */
  readonly "tir.add_lower_pass": readonly (readonly [phase: number, pass: Pass])[];
  /** The target's memories, by storage scope (`local.acc_buffer`). */
  readonly "tir.memory_info": Readonly<Record<string, MemoryInfo>>;
}

export type PassOptions = OptionGroups & PlainOptions;

/** What a context takes: any of the options, any of a group. */
export type PassConfig = {
  readonly [K in keyof OptionGroups]?: Partial<OptionGroups[K]>;
} & Partial<PlainOptions>;

const groupDefaults: OptionGroups = {
  "tir.UnrollLoop": {
    autoMaxStep: 0,
    autoMaxDepth: 8,
    autoMaxExtent: 0,
    explicitUnroll: true,
  },
  "tir.LoopPartition": {
    partitionConstLoop: false,
    noUnrollLoopWithExtentOne: false,
    unrollLoopWithPartitionHintNoInterval: false,
  },
  "tir.InjectDoubleBuffer": { splitLoop: 1 },
  "tir.HoistIfThenElse": { supportBlockScopeHosting: false },
};

const plainDefaults: PlainOptions = {
  "tir.disable_vectorize": false,
  "tir.disable_storage_rewrite": false,
  "tir.disable_cse_tir": false,
  "tir.enable_equiv_terms_in_cse_tir": false,
  "tir.fastMath": false,
  "tir.noalias": true,
  "tir.debug_keep_trivial_loop": false,
  "tir.add_lower_pass": [],
  "tir.memory_info": {},
};

const defaults: Readonly<Record<string, unknown>> = { ...groupDefaults, ...plainDefaults };

/**
 * All options, those of `config` over the defaults.
 * @throws UsageError for an option that does not exist or a value of another type.
 */
export function completeOptions(config: PassConfig): PassOptions {
  const options = { ...defaults };
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    checkOption(key, value, defaults);
    options[key] =
      key in groupDefaults ? completeGroup(key, value as Record<string, unknown>) : value;
  }
  return options as unknown as PassOptions;
}

function completeGroup(key: string, values: Readonly<Record<string, unknown>>): object {
  const subkeys = defaults[key] as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(values)) checkOption(name, value, subkeys, `${key}: `);
  return { ...subkeys, ...values };
}

function checkOption(
  key: string,
  value: unknown,
  subkeys: Readonly<Record<string, unknown>>,
  where = "",
): void {
  if (!(key in subkeys)) {
    throw new UsageError(
      "pass-option",
      `${where}there is no option '${key}'; there are ${Object.keys(subkeys).join(", ")}`,
    );
  }
  const wanted = typeName(subkeys[key]);
  if (typeName(value) !== wanted) {
    throw new UsageError(
      "pass-option",
      `${where}option '${key}' takes ${wanted}, not ${typeName(value)}`,
    );
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
