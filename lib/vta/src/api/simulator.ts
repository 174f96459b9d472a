/** The counters of the functional simulator. */

import type { VtaDevice } from "./accelerators";
import type { Profiler, ProfilerStats } from "../accelerator";
import { extDev } from "./devices";
import { enableHazardWarnings } from "./hazard-warnings";

/** Counters of a device; of `vta.extDev(0)` if left out. */
export const simulator = {
  /** The counters since the last `clearStats()`. */
  stats: (device?: VtaDevice): ProfilerStats => profilerOf(device).stats,

  /** The counters of the last call of a program. */
  lastCall: (device?: VtaDevice): ProfilerStats => profilerOf(device).lastCall,

  clearStats(device?: VtaDevice): void {
    profilerOf(device).clear();
  },

  /** Switches computing off, so that only counters change: for the costs of a large program. */
  skipExecution(skip: boolean, device?: VtaDevice): void {
    profilerOf(device).skipExecution = skip;
  },

  /**
   * Switches the warnings about hazards on or off, for all devices; they are on at first. A program has a
   * hazard when hardware would compute other values. See `vta.findHazards`.
   */
  hazardWarnings: (on: boolean): void => enableHazardWarnings(on),
};

function profilerOf(device: VtaDevice = extDev()): Profiler {
  return device.accelerator.counters;
}
