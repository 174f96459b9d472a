/** An environment as a front end shows it: its configuration, and the sizes that follow from it. */

import { geometryOf, type OnChipName } from "../accelerator";
import type { Environment } from "../compiler";

export interface MemoryFact {
  readonly name: OnChipName | "OUT";
  /** The storage scope in schedules; missing for micro-ops and outputs, which schedules do not place. */
  readonly scope?: string;
  readonly bytes: number;
  /** The number of its elements. */
  readonly depth: number;
  readonly elementBytes: number;
  /** An element's values: their type, and their number in each dimension. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface EnvironmentView {
  readonly version: 1;
  /** Target and bitstream: `sim_1x16_i8w8a32_15_15_18_17`. */
  readonly model: string;
  /** `vta_config.json`, key by key. */
  readonly config: Readonly<Record<string, string | number>>;
  /** One GEMM multiplies `batch x blockIn` inputs with `blockOut x blockIn` weights. */
  readonly gemm: { readonly batch: number; readonly blockIn: number; readonly blockOut: number };
  readonly memories: readonly MemoryFact[];
  readonly mock: boolean;
}

export function environmentView(env: Environment): EnvironmentView {
  const { BATCH, BLOCK_IN, BLOCK_OUT } = env;
  return {
    version: 1,
    model: env.MODEL,
    config: { ...env.config },
    gemm: { batch: BATCH, blockIn: BLOCK_IN, blockOut: BLOCK_OUT },
    memories: [
      memory(env, "INP", env.inpDtype, [BATCH, BLOCK_IN], env.inpScope),
      memory(env, "WGT", env.wgtDtype, [BLOCK_OUT, BLOCK_IN], env.wgtScope),
      memory(env, "ACC", env.accDtype, [BATCH, BLOCK_OUT], env.accScope),
      memory(env, "UOP", "uint32", [1]),
      {
        name: "OUT",
        bytes: env.OUT_BUFF_SIZE,
        depth: env.OUT_BUFF_SIZE / env.OUT_ELEM_BYTES,
        elementBytes: env.OUT_ELEM_BYTES,
        dtype: env.outDtype,
        shape: [BATCH, BLOCK_OUT],
      },
    ],
    mock: env.mockMode,
  };
}

function memory(
  env: Environment,
  name: OnChipName,
  dtype: string,
  shape: readonly number[],
  scope?: string,
): MemoryFact {
  const { depth, elementBytes } = geometryOf(env, name);
  const bytes = depth * elementBytes;
  return { name, ...(scope && { scope }), bytes, depth, elementBytes, dtype, shape };
}
