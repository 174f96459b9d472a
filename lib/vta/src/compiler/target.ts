/** The accelerator as a target: how its operators become calls of its runtime. */

import { Target, target as parseTarget, tir, type Lowering } from "tvm-ts";
import type { Environment } from "./environment";
import { commandHandle, vtaOps } from "./intrin";

/** How many cycles a run may take; the runtime's own limit is the same. */
const WAIT_CYCLES = 2 ** 31;

const lowerings: ReadonlyMap<tir.Op, Lowering> = new Map<tir.Op, Lowering>([
  [vtaOps.uopPush, ({ args }) => tir.callExtern("int32", "VTAUopPush", ...args)],
  [vtaOps.commandHandle, () => tir.callExtern("handle", "VTATLSCommandHandle")],
  [
    vtaOps.coprocSync,
    () =>
      tir.callExtern(
        "int32",
        "VTASynchronize",
        commandHandle(),
        tir.constant(WAIT_CYCLES, "uint32"),
      ),
  ],
  [
    vtaOps.coprocDepPush,
    ({ args }) => tir.callExtern("int32", "VTADepPush", commandHandle(), ...args),
  ],
  [
    vtaOps.coprocDepPop,
    ({ args }) => tir.callExtern("int32", "VTADepPop", commandHandle(), ...args),
  ],
]);

/**
 * The target for an environment. A given one keeps its host and whatever else it says; its device is
 * the accelerator, whose operators it learns to lower.
 */
export function acceleratorTarget(given: string | Target | undefined, env: Environment): Target {
  const base =
    given === undefined ? parseTarget(env.target, { host: env.targetHost }) : parseTarget(given);
  return base.with({ lowerings, configuration: { ...env.config } });
}
