/**
 * The options of passes, under the reference's keys. `defaults` has the values of options that a
 * context does not set.
 */

import type { PrimExpr } from "../ir";
import { UsageError } from "../support";
import type { Pass } from "./pass";

/** The properties of a target's memory; sizes in bits. */
export interface MemoryInfo {
  /** The unit of addresses. */
  readonly unitBits: number;
  /** The size of the whole memory. */
  readonly maxNumBits: number;
  /** The alignment of allocations in the memory. */
  readonly maxSimdBits: number;
  /** The first address of the memory, if programs can address it. */
  readonly headAddress?: PrimExpr;
}

/** Options in groups. A context may set some options of a group. */
export interface OptionGroups {
  readonly "tir.UnrollLoop": {
    /** Serial loops with at most this number of steps in total are unrolled without a pragma. */
    readonly autoMaxStep: number;
    /** The number of nested loops that are unrolled without a pragma. */
    readonly autoMaxDepth: number;
    /** Serial loops of at most this extent are unrolled without a pragma. */
    readonly autoMaxExtent: number;
    /** Unrolls the loop in the IR; otherwise it is only marked for the code generator. */
    readonly explicitUnroll: boolean;
  };
  readonly "tir.LoopPartition": {
    /** Also partitions loops of constant extent. */
    readonly partitionConstLoop: boolean;
    /** Keeps the loop around a part of a single iteration. */
    readonly noUnrollLoopWithExtentOne: boolean;
    /** Unrolls a loop that has a hint but is not partitioned. */
    readonly unrollLoopWithPartitionHintNoInterval: boolean;
  };
  readonly "tir.InjectDoubleBuffer": {
    /** Unrolls the loop by this factor, 1 or an even number; 0 does not unroll it. */
    readonly splitLoop: number;
  };
  readonly "tir.HoistIfThenElse": {
    /** Also hoists conditions on thread indices (the reference's spelling). */
    readonly supportBlockScopeHosting: boolean;
  };
}

export interface PlainOptions {
  /** Replaces vectorized loops by serial loops. */
  readonly "tir.disable_vectorize": boolean;
  /** Disables StorageRewrite. */
  readonly "tir.disable_storage_rewrite": boolean;
  /** Disables CommonSubexprElimTIR. */
  readonly "tir.disable_cse_tir": boolean;
  /** CommonSubexprElimTIR treats expressions as equal if they simplify to equal expressions. */
  readonly "tir.enable_equiv_terms_in_cse_tir": boolean;
  /**
   * Simplifies floats as if they were exact, finite and never NaN: `x - x` is 0, `x / 3` is a product.
   * TVM always does this.
   */
  readonly "tir.fastMath": boolean;
  /** Adds a function attribute that its buffers do not overlap. */
  readonly "tir.noalias": boolean;
  /** Keeps loops of extent 1 when a schedule is converted to statements. */
  readonly "tir.debug_keep_trivial_loop": boolean;
  /**
   * Passes to add at the end of a phase, each with the phase's number (numbers above 3 count as 3).
   */
  readonly "tir.add_lower_pass": readonly (readonly [phase: number, pass: Pass])[];
  /** The target's memories, by storage scope (`local.acc_buffer`). */
  readonly "tir.memory_info": Readonly<Record<string, MemoryInfo>>;
}

export type PassOptions = OptionGroups & PlainOptions;

/** The options that a context sets: any options, and any options of a group. */
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
 * All options: those of `config`, otherwise the defaults.
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
      `${where}there is no option '${key}'; the options are ${Object.keys(subkeys).join(", ")}`,
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
