/** How golden programs for VTA are lowered and run. */

import type * as tvm from "tvm-ts";
import type { te } from "tvm-ts";
import * as vta from "vta-ts";
import type { OperatorEntry } from "./corpus";

/** What a run gave, in the form it is compared in. */
export interface ActualRun {
  readonly outputs: ReadonlyMap<string, Uint8Array>;
  readonly stats?: Readonly<Record<string, number>>;
  readonly dump?: string;
}

export interface ArrayArgument {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: tvm.np.ndarray | undefined;
}

export function environmentOf(config?: Readonly<Record<string, unknown>>): vta.Environment {
  return config === undefined ? vta.getEnv() : new vta.Environment(config as never);
}

export function lowerVta(
  _schedule: te.Schedule,
  _args: readonly te.ScheduleArg[],
  _options: tvm.LowerOptions,
  _environment: vta.Environment,
): tvm.IRModule {
  throw new Error("vta.lower does not exist yet");
}

export function runVta(
  _schedule: te.Schedule,
  _args: readonly te.ScheduleArg[],
  _arrays: readonly ArrayArgument[],
  _context: tvm.PassContext,
  _environment: vta.Environment,
): Promise<ActualRun> {
  throw new Error("vta.build does not exist yet");
}

export function buildOperator(_entry: OperatorEntry): {
  lowered(): string;
  run(): Promise<ActualRun>;
} {
  throw new Error("vta.topi does not exist yet");
}
