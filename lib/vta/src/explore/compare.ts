/** Two schedules of one computation, lowered and profiled. */

import { NDArray, tir } from "tvm-ts";
import { build, extDev, lower, profile } from "../api";
import { buildConfig, getEnv, type Environment } from "../compiler";
import type { CyclePreset, Profile } from "../sim";
import { constantShape } from "./search-space";
import type { ScheduledProgram } from "./templates";

export interface ScheduleComparison {
  /** The lowered program, as text. */
  readonly program: string;
  readonly loops: number;
  /** How many passes change the program during lowering. */
  readonly passes: number;
  readonly profile: Profile;
}

export interface CompareOptions {
  readonly env?: Environment;
  readonly model?: CyclePreset;
}

/** @throws UsageError when a schedule cannot be compiled */
export function compareSchedules(
  a: ScheduledProgram,
  b: ScheduledProgram,
  { env = getEnv(), model = "de10" }: CompareOptions = {},
): readonly [ScheduleComparison, ScheduleComparison] {
  const side = ({ schedule, args }: ScheduledProgram): ScheduleComparison => {
    const context = buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
    const trace = lower(schedule, args, { context, env, trace: true });
    const lowered = trace.module;
    const module = build(lowered, undefined, { env });
    const device = extDev(0, env);
    const arrays = args.map((tensor) => NDArray.empty(constantShape(tensor), tensor.dtype, device));
    try {
      let loops = 0;
      for (const { body } of lowered.functions.values())
        tir.walk(body, { For: () => void loops++ });
      return {
        program: lowered.toString(),
        loops,
        passes: trace.passes.filter(({ changed }) => changed).length,
        profile: profile(() => module(...arrays), { device, model, values: false }),
      };
    } finally {
      for (const array of arrays) array.free();
    }
  };
  return [side(a), side(b)];
}
