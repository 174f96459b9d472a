/** What the functional simulator counts, which is what a program costs. */

import type { VtaDevice } from "./accelerators";
import type { Profiler, ProfilerStats } from "../accelerator";
import { extDev } from "./devices";
import { enableHazardWarnings } from "./hazard-warnings";

/** Counters of a device; of `vta.extDev(0)` if none is given. */
export const simulator = {
  /** What was counted since the last `clearStats()`. */
  stats: (device?: VtaDevice): ProfilerStats => profilerOf(device).stats,

  /** What the last call of a program was counted for. */
  lastCall: (device?: VtaDevice): ProfilerStats => profilerOf(device).lastCall,

  clearStats(device?: VtaDevice): void {
    profilerOf(device).clear();
  },

  /** Counts, and leaves the work undone: the costs of a large program, fast. */
  skipExecution(skip: boolean, device?: VtaDevice): void {
    profilerOf(device).skipExecution = skip;
  },

  /**
   * Switches the warnings about hazards on or off, for all devices; they are on at first. A program has a
   * hazard when hardware would compute something else. See `vta.findHazards`.
   */
  hazardWarnings: (on: boolean): void => enableHazardWarnings(on),
};

function profilerOf(device: VtaDevice = extDev()): Profiler {
  return device.accelerator.counters;
}
