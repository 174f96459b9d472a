/** Profiles of programs: their costs on the hardware. */

import { DeviceError, runtime, withCleanup } from "tvm-ts";
import type { InstructionObserver } from "../accelerator";
import { INSN_WORDS } from "../hardware";
import {
  copyMicroOps,
  cycleModel,
  findHazards,
  planStream,
  Profile,
  timeStream,
  weightLanes,
  type CycleModel,
  type CyclePreset,
  type Hazard,
  type ProfiledRun,
} from "../sim";
import type { VtaDevice } from "./accelerators";
import { extDev } from "./devices";

export interface ProfileOptions {
  /** The hardware's timing: a preset or parameters; `"de10"` if left out. */
  readonly model?: CyclePreset | CycleModel;
  /** The accelerator that the program runs on; `vta.extDev(0)` if left out. */
  readonly device?: VtaDevice;
  /** Whether values are computed too. Cycles do not depend on them; `false` is faster. */
  readonly values?: boolean;
}

/**
 * Runs `body` and returns the hardware cost of the accelerator's work: cycles by module and cause, traffic,
 * utilization, and hazards on a board. Works for every simulated `TARGET`.
 *
 *     const profile = vta.profile(() => f(A, B, C), { model: "wide128" })
 *     profile.explain()
 *
 * @throws DeviceError when the hardware would not reach the program's end, with the hazards that may be the
 * reason. Errors of `body` are rethrown.
 */
export function profile<T>(body: () => Promise<T>, options?: ProfileOptions): Promise<Profile>;
export function profile(body: () => unknown, options?: ProfileOptions): Profile;
export function profile(
  body: () => unknown,
  { model, device = extDev(), values = true }: ProfileOptions = {},
): Profile | Promise<Profile> {
  const { queue, env } = device;
  const { accelerator } = queue;
  const timedModel = cycleModel(model);
  const callers: (runtime.Caller | undefined)[] = [];
  const runs: ProfiledRun[] = [];
  let tokens: Float64Array | undefined;
  let call = accelerator.counters.calls;
  const observer: InstructionObserver = {
    startRun(address, count) {
      // Tokens that a call leaves are dropped before the next call, but kept between the runs of a call.
      const { calls } = accelerator.counters;
      if (calls !== call) tokens = undefined;
      call = calls;
      const { words } = device.dram;
      const begin = address / 4;
      const stream = words.slice(begin, begin + count * INSN_WORDS);
      const plan = planStream(env, stream);
      const options = { model: timedModel, address };
      const microOps = copyMicroOps(plan, words);
      const hazards = once(() => findHazards(env, plan, { ...options, ...microOps }));
      const timing = withReasons(hazards, () =>
        timeStream(env, plan, { ...options, ...(tokens !== undefined && { tokens }) }),
      );
      const recordedBy = callers.slice(0, count);
      const lanes = values ? weightLanes(env, plan, device.dram.bytes) : undefined;
      const callerOf = (index: number) => recordedBy[index];
      runs.push({ plan, timing, hazards, address, microOps, lanes, tokens, callerOf });
      tokens = timing.tokens;
    },
  };
  const { skipExecution } = accelerator.counters;
  const unobserve = accelerator.observe(observer);
  queue.watch((index) => (callers[index] = runtime.callerOf(device)));
  if (!values) accelerator.counters.skipExecution = true;
  const stop = (): void => {
    unobserve();
    queue.watch(undefined);
    accelerator.counters.skipExecution = skipExecution;
  };
  let result: unknown;
  const run = (): void => {
    result = body();
  };
  withCleanup(run, () => {
    if (!(result instanceof Promise)) stop();
  });
  const made = (): Profile => new Profile(env, timedModel, runs);
  return result instanceof Promise ? result.finally(stop).then(made) : made();
}

/** Runs `time`; adds the differences of the hardware to the error of a program that does not end. */
function withReasons<T>(hazards: () => readonly Hazard[], time: () => T): T {
  try {
    return time();
  } catch (error) {
    if (!(error instanceof DeviceError) || hazards().length === 0) throw error;
    const notes = hazards().map(({ rule, index, text }) => ({
      text: `instruction ${index}, ${rule}: ${text}`,
    }));
    throw new DeviceError(error.code, error.sentence, { notes, cause: error });
  }
}

/** The value of `make`, computed at first use. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
