/**
 * Functions that were built for the accelerator and do not use it: the stages that the host computes, and the
 * pragma that each lacks.
 */

import { te, tir, type runtime } from "tvm-ts";
import type { Environment } from "../compiler";

/** A stage that the host computes, and how to assign it to the accelerator. */
export interface HostStage {
  readonly tensor: string;
  /** The loop to mark. */
  readonly loop: string;
  /** The unit that can do the work. */
  readonly unit: "load and store" | "alu" | "gemm";
  /** `s[B].pragma(i0, env.alu)` */
  readonly remedy: string;
}

const idle = new WeakMap<runtime.Module["record"], readonly HostStage[]>();

/** Stores which stages of `schedule` the host computes, if `lowered` does not use the accelerator. */
export function rememberHostWork(
  module: runtime.Module,
  lowered: tir.IRModule,
  schedule: te.Schedule | undefined,
  env: Environment,
): void {
  if (schedule === undefined || env.mockMode || usesAccelerator(lowered)) return;
  const stages = schedule.stages.flatMap((stage) => hostStage(stage) ?? []);
  if (stages.length > 0) idle.set(module.record, stages);
}

/** The stages of a function that does not use the accelerator; undefined for any other function. */
export function hostWorkOf(record: runtime.Module["record"]): readonly HostStage[] | undefined {
  return idle.get(record);
}

/** The warning at the first call of such a function. */
export function hostWorkWarning(name: string, stages: readonly HostStage[]): string {
  return [
    `Warning: ${name} ran no instruction on the accelerator; the host computed all of it`,
    ...stages.map(({ tensor, loop, remedy }) => `  ${tensor}, loop ${loop}: ${remedy}`),
    "note: stages between two copies also need a memory on the chip: s[...].setScope(env.accScope)",
  ].join("\n");
}

function usesAccelerator(lowered: tir.IRModule): boolean {
  return [...lowered.functions.values()].some(({ body }) =>
    tir.someNode(body, (node) => node.kind === "AttrStmt" && node.key === "coproc_scope"),
  );
}

function hostStage(stage: te.Stage): HostStage | undefined {
  const { op, leafIterVars, attachment, name } = stage;
  if (op.kind !== "compute" || attachment.type.startsWith("inline")) return undefined;
  const [outermost] = leafIterVars;
  if (outermost === undefined) return undefined;
  const mark = (loop: string, unit: HostStage["unit"], call: string): HostStage => ({
    tensor: name,
    loop,
    unit,
    remedy: `s[${name}].${call}`,
  });
  if (op.reduceAxis.length > 0) {
    const block = (op.axis.at(-2) ?? outermost).name;
    return mark(block, "gemm", `tensorize(${block}, env.gemm)`);
  }
  const loop = outermost.name;
  return op.body.every(isCopy)
    ? mark(loop, "load and store", `pragma(${loop}, env.dmaCopy)`)
    : mark(loop, "alu", `pragma(${loop}, env.alu)`);
}

/** Whether a value is one element of another tensor, perhaps converted. */
function isCopy(value: tir.PrimExpr): boolean {
  return value.kind === "Cast" ? isCopy(value.value) : value.kind === "ProducerLoad";
}
