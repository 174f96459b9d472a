/**
 * `vta_config.json`: its keys, and how they are checked.
 *
 * All widths and sizes are logarithms to base 2: widths of bits, buffer sizes of bytes.
 */

import { UsageError } from "tvm-ts";
import * as v from "valibot";

/** The accelerators there are samples for; `sim` and `tsim` are simulators. */
export const TARGETS = [
  "sim",
  "tsim",
  "pynq",
  "ultra96",
  "zcu104",
  "de10nano",
  "intelfocl",
] as const;
export type TargetName = (typeof TARGETS)[number];

/** The keys of `vta_config.json`. */
export interface VtaConfig {
  readonly TARGET: TargetName;
  /** Version of the hardware; only used to find a bitstream. */
  readonly HW_VER: string;
  /** Bits of an input, a weight and an accumulator. */
  readonly LOG_INP_WIDTH: number;
  readonly LOG_WGT_WIDTH: number;
  readonly LOG_ACC_WIDTH: number;
  /** One GEMM multiplies BATCH x BLOCK inputs with BLOCK x BLOCK weights. */
  readonly LOG_BATCH: number;
  readonly LOG_BLOCK: number;
  /** Bytes of the on-chip memories. */
  readonly LOG_UOP_BUFF_SIZE: number;
  readonly LOG_INP_BUFF_SIZE: number;
  readonly LOG_WGT_BUFF_SIZE: number;
  readonly LOG_ACC_BUFF_SIZE: number;
}

/** What follows from the keys by a fixed rule; a saved configuration may contain it. */
export interface DerivedKeys {
  readonly LOG_BLOCK_IN: number;
  readonly LOG_BLOCK_OUT: number;
  readonly LOG_OUT_WIDTH: number;
  readonly LOG_OUT_BUFF_SIZE: number;
}

export function deriveKeys(config: VtaConfig): DerivedKeys {
  return {
    LOG_BLOCK_IN: config.LOG_BLOCK,
    LOG_BLOCK_OUT: config.LOG_BLOCK,
    LOG_OUT_WIDTH: config.LOG_INP_WIDTH,
    LOG_OUT_BUFF_SIZE: config.LOG_ACC_BUFF_SIZE + config.LOG_INP_WIDTH - config.LOG_ACC_WIDTH,
  };
}

const log2 = (least: number, most: number) =>
  v.pipe(
    v.number("is a logarithm to base 2 and must be a number"),
    v.integer("is a logarithm to base 2 and must be an integer"),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );

const keys = {
  TARGET: v.picklist(TARGETS, `must be one of ${TARGETS.join(", ")}`),
  HW_VER: v.string("must be a text such as 0.0.2"),
  LOG_INP_WIDTH: log2(0, 5),
  LOG_WGT_WIDTH: log2(0, 5),
  LOG_ACC_WIDTH: log2(3, 5),
  LOG_BATCH: log2(0, 12),
  LOG_BLOCK: log2(0, 12),
  LOG_UOP_BUFF_SIZE: log2(0, 30),
  LOG_INP_BUFF_SIZE: log2(0, 30),
  LOG_WGT_BUFF_SIZE: log2(0, 30),
  LOG_ACC_BUFF_SIZE: log2(0, 30),
};

const anyNumber = v.optional(v.number());
const schema = v.strictObject({
  ...keys,
  LOG_BLOCK_IN: anyNumber,
  LOG_BLOCK_OUT: anyNumber,
  LOG_OUT_WIDTH: anyNumber,
  LOG_OUT_BUFF_SIZE: anyNumber,
});

/**
 * Checks the shape of a configuration: the eleven keys, their types and ranges. `checkFeasible` checks
 * whether hardware of that shape can exist.
 * @throws UsageError with one line for each key that is wrong.
 */
export function parseConfig(value: unknown): VtaConfig {
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const lines = result.issues.map((issue) => describe(issue, value));
    throw new UsageError(
      "vta-configuration",
      `this is not a VTA configuration: ${lines.join("; ")}`,
    );
  }
  const { LOG_BLOCK_IN, LOG_BLOCK_OUT, LOG_OUT_WIDTH, LOG_OUT_BUFF_SIZE, ...config } =
    result.output;
  const given = { LOG_BLOCK_IN, LOG_BLOCK_OUT, LOG_OUT_WIDTH, LOG_OUT_BUFF_SIZE };
  const derived = deriveKeys(config);
  for (const key of Object.keys(derived) as (keyof DerivedKeys)[]) {
    if (given[key] !== undefined && given[key] !== derived[key]) {
      throw new UsageError(
        "vta-configuration",
        `${key} is ${given[key]}, but the other keys make it ${derived[key]}; leave it out`,
      );
    }
  }
  return config;
}

function describe(issue: v.BaseIssue<unknown>, value: unknown): string {
  const key = v.getDotPath(issue);
  if (key === null) return `an object is needed, not ${JSON.stringify(value)}`;
  const isKey = key in keys;
  if (!isKey) return `${key} is not one of its keys`;
  if (!(key in (value as object))) return `${key} is missing`;
  return `${key} is ${JSON.stringify(issue.input)}, which ${issue.message}`;
}
