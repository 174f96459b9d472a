/** A profiled run, and the statements that recorded its instructions. */

import type { CallingStatement } from "../../accelerator";
import type { Hazard } from "./hazards";
import { workName, type StreamPlan } from "./stream-plan";
import type { Timing } from "./timing";
import type { DramPart } from "./transfer";
import type { WeightLanes } from "./weight-lanes";

/** A run of the accelerator. */
export interface ProfiledRun {
  readonly plan: StreamPlan;
  readonly timing: Timing;
  /** The run's hazards, found on first use. */
  readonly hazards: () => readonly Hazard[];
  /** The statement that recorded an instruction, if compiled code did. */
  readonly callerOf: (index: number) => CallingStatement | undefined;
  readonly address: number;
  /** The micro-ops in DRAM at the launch. */
  readonly microOps: DramPart;
  /** The lanes that the weights use, if values are known. */
  readonly lanes?: WeightLanes | undefined;
  /** Tokens in the semaphores at the launch. */
  readonly tokens: Float64Array | undefined;
}

/** The text of the statement that recorded an instruction, or the instruction's name. */
export function statementOf({ callerOf, plan }: ProfiledRun, index: number): string {
  const caller = callerOf(index);
  if (caller === undefined) return workName(plan, index);
  return caller.text().slice(caller.start, caller.end).trim();
}
