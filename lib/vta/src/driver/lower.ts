/** `vta.lower` and `vta.build`: the compiler's own, with the accelerator's passes and operators. */

import {
  build as buildModule,
  lower as lowerModule,
  tir,
  type Lowerable,
  type LowerOptions,
  type pass,
  type runtime,
  type Target,
  type te,
} from "tvm-ts";
import { getEnv, type Environment } from "../config";
import { acceleratorContext } from "../transforms";
import { acceleratorTarget } from "./target";

export interface AcceleratorOptions {
  /** The accelerator to compile for; the environment in force if left out. */
  readonly env?: Environment;
}

/**
 * Lowers a schedule for the accelerator: as `tvm.lower` does, with the accelerator's passes.
 * @param options `context` may be one of `vta.buildConfig`; any other is given the passes.
 * @throws UsageError where the schedule asks for what the accelerator cannot do.
 */
export function lower(
  subject: Lowerable,
  args: readonly te.ScheduleArg[] | undefined,
  options: LowerOptions & AcceleratorOptions & { readonly trace: true },
): pass.LowerTrace;
export function lower(
  subject: Lowerable,
  args?: readonly te.ScheduleArg[],
  options?: LowerOptions & AcceleratorOptions & { readonly trace?: false },
): tir.IRModule;
export function lower(
  subject: Lowerable,
  args?: readonly te.ScheduleArg[],
  options: LowerOptions & AcceleratorOptions = {},
): tir.IRModule | pass.LowerTrace {
  const { env, context, ...rest } = options;
  return lowerModule(subject, args, { ...rest, context: acceleratorContext(context, env) });
}

export interface AcceleratorBuildOptions
  extends AcceleratorOptions, Pick<LowerOptions, "name" | "binds" | "context"> {
  /** `tvm.target("ext_dev", { host: env.targetHost })` if left out. */
  readonly target?: string | Target;
}

/**
 * Compiles a schedule for the accelerator. What `vta.lower` gave is compiled as it is.
 * @throws UsageError where the schedule or the target asks for what cannot be done.
 */
export function build(
  subject: Lowerable,
  args?: readonly te.ScheduleArg[],
  options: AcceleratorBuildOptions = {},
): runtime.Module {
  const { target, env = getEnv(), ...rest } = options;
  const module = subject instanceof tir.IRModule ? subject : lower(subject, args, { ...rest, env });
  return buildModule(module, { target: acceleratorTarget(target, env) });
}
