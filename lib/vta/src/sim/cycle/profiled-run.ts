/** A run with what is known about it, and the statements that its instructions come from. */

import type { CallingStatement } from "../../accelerator";
import type { Hazard } from "./hazards";
import { workName, type StreamPlan } from "./stream-plan";
import type { Timing } from "./timing";
import type { DramPart } from "./transfer";
import type { WeightLanes } from "./weight-lanes";

/** A start of the accelerator. */
export interface ProfiledRun {
  readonly plan: StreamPlan;
  readonly timing: Timing;
  /** What hardware does otherwise; looked for when it is asked for first. */
  readonly hazards: () => readonly Hazard[];
  /** The statement that recorded an instruction, where compiled code did. */
  readonly callerOf: (index: number) => CallingStatement | undefined;
  readonly address: number;
  /** The micro-ops in DRAM at the launch. */
  readonly microOps: DramPart;
  /** Lanes that the weights use, where there were values. */
  readonly lanes?: WeightLanes | undefined;
  /** Tokens in the semaphores at the launch. */
  readonly tokens: Float64Array | undefined;
}

/** The text of the statement that recorded an instruction; the instruction's name without one. */
export function statementOf({ callerOf, plan }: ProfiledRun, index: number): string {
  const caller = callerOf(index);
  if (caller === undefined) return workName(plan, index);
  return caller.text().slice(caller.start, caller.end).trim();
}
