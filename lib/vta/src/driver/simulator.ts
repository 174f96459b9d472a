/** What the functional simulator counts, for whoever wants to know what a program cost. */

import { UsageError } from "tvm-ts";
import type { VtaDevice } from "../runtime";
import { FunctionalSimulator, type Profiler, type ProfilerStats } from "../sim";
import { extDev } from "./devices";

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
};

function profilerOf(device: VtaDevice = extDev()): Profiler {
  const { driver } = device;
  if (driver instanceof FunctionalSimulator) return driver.profiler;
  throw new UsageError(`${device} is not simulated functionally and counts other things`);
}
