/** The cycle simulator without values: times a stream of instructions. */

import type { Hardware } from "../../hardware";
import { elementBytesOf } from "./element-bytes";
import { CycleEngine } from "./cycle-engine";
import { cycleModel, type CycleModel, type CyclePreset } from "./model";
import { planStream, type StreamPlan } from "./stream-plan";
import type { Timing } from "./timing";

export interface SimulateOptions {
  /** The hardware's timing; `"de10"` if left out. */
  readonly model?: CyclePreset | CycleModel;
  /** Physical address of the first instruction, in bytes; a page if left out. */
  readonly address?: number;
  /** Tokens in the semaphores at the launch, as an earlier run left them; none if left out. */
  readonly tokens?: Float64Array;
}

export interface CycleRun {
  readonly plan: StreamPlan;
  readonly timing: Timing;
}

/**
 * Times a stream of instructions that ends with a FINISH. Values are not computed; time depends
 * neither on them nor on the micro-ops' contents.
 *
 * @param words the instructions, four 32-bit words each
 * @throws DeviceError when the hardware would never reach FINISH
 */
export function simulateCycles(
  hardware: Hardware,
  words: Uint32Array,
  options: SimulateOptions = {},
): CycleRun {
  const plan = planStream(hardware, words);
  return { plan, timing: timeStream(hardware, plan, options) };
}

/** Times a stream that is planned already. */
export function timeStream(
  hardware: Hardware,
  plan: StreamPlan,
  { model, address = 0x1000, tokens }: SimulateOptions = {},
): Timing {
  const bytes = elementBytesOf(hardware);
  return new CycleEngine(plan, address, bytes, cycleModel(model), tokens).run();
}
