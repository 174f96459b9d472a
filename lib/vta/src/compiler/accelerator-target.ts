/** The accelerator as a target: how its operators become calls of its runtime. */

import {
  PassContext,
  target as parseTarget,
  tir,
  wasmGenerator,
  type Lowering,
  type pass,
  type Target,
  type TargetKind,
} from "tvm-ts";
import { getEnv } from "./current";
import type { Environment } from "./environment";
import { commandHandle, vtaOps } from "./intrin";
import { acceleratorPasses, memoryInfo } from "./transforms";

/** The cycle limit of a run, the same as the runtime's own. */
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

/** What an environment adds to lowering and code generation. */
export function acceleratorFeatures(env: Environment, debugFlag = 0) {
  return {
    passes: acceleratorPasses(env, debugFlag),
    memories: memoryInfo(env),
    lowerings,
    configuration: { ...env.config },
  };
}

/** `ext_dev -device=vta`, for the environment in force. */
export const acceleratorTargetKind: TargetKind = {
  name: "ext_dev",
  device: "vta",
  deviceKind: "ext_dev",
  generator: wasmGenerator,
  brings: () => acceleratorFeatures(getEnv()),
};

/**
 * The target for an environment. A target that is passed keeps its host and its other attributes; its device
 * becomes the accelerator, with the accelerator's passes and operators.
 */
export function acceleratorTarget(given: string | Target | undefined, env: Environment): Target {
  const base =
    given === undefined ? parseTarget(env.target, { host: env.targetHost }) : parseTarget(given);
  return base.with(acceleratorFeatures(env));
}

export interface BuildConfigOptions extends pass.PassContextOptions {
  /** The accelerator to compile for; the environment in force if left out. */
  readonly env?: Environment;
  /** The sum of `DEBUG` flags that the compiled function sets when it starts; 0 if left out. */
  readonly debugFlag?: number;
}

/**
 * A context in which schedules are lowered for the accelerator, by any caller.
 *
 *     tvm.lower(s, args, { context: vta.buildConfig({ disabledPass: ["tir.CommonSubexprElimTIR"] }) })
 */
export function buildConfig(options: BuildConfigOptions = {}): PassContext {
  const { env = getEnv(), debugFlag = 0, ...rest } = options;
  return new PassContext({ target: acceleratorFeatures(env, debugFlag), ...rest });
}
