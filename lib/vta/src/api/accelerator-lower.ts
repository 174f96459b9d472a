/** `vta.lower` and `vta.build`: the compiler's own, with the accelerator's passes and operators. */

import {
  build as buildModule,
  lower as lowerModule,
  tir,
  type Lowerable,
  type LowerOptions,
  type pass,
  type runtime,
  te,
  UsageError,
  type Target,
} from "tvm-ts";
import {
  acceleratorFeatures,
  acceleratorTarget,
  checkMicroOps,
  getEnv,
  type Environment,
} from "../compiler";
import { rememberHostWork } from "./host-work";
import { RecordHistory, type RecordSource } from "../records";
import { scheduleFromRecords } from "../topi";

export interface AcceleratorOptions {
  /** The accelerator to compile for; the environment in force if left out. */
  readonly env?: Environment;
}

/**
 * Lowers a schedule for the accelerator: `tvm.lower` with the accelerator's passes.
 * @param options a `context` of `vta.buildConfig` lowers for the environment that it was made for.
 * @throws UsageError when the accelerator cannot execute the schedule.
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
  const { env = getEnv(), ...rest } = options;
  const lowered = lowerModule(subject, args, { ...rest, target: acceleratorFeatures(env) });
  if (lowered instanceof tir.IRModule && subject instanceof te.Schedule) {
    schedules.set(lowered, subject);
  }
  return lowered;
}

/** The schedule of each lowered function, so that later errors can name its stages. */
const schedules = new WeakMap<tir.IRModule, te.Schedule>();

export interface AcceleratorBuildOptions
  extends AcceleratorOptions, Pick<LowerOptions, "name" | "binds" | "context"> {
  /** `tvm.target("ext_dev", { host: env.targetHost })` if left out. */
  readonly target?: string | Target;
  /**
   * Tuning records: a file's path, a store, or the records. The packed operator is scheduled by the best of
   * them for its workload; the passed schedule is ignored.
   */
  readonly records?: RecordSource;
}

/**
 * Compiles a schedule, or a module of `vta.lower`, for the accelerator. @throws UsageError when the
 * accelerator or the target cannot execute the schedule.
 * @example
 * const env = vta.getEnv();
 * const shape = [1, 4, env.BATCH, env.BLOCK_OUT];
 * const A = te.placeholder(shape, { name: "A", dtype: env.accDtype });
 * const A_buf = te.compute(shape, (...i) => A(...i), "A_buf");
 * const B_buf = te.compute(shape, (...i) => A_buf(...i).shiftRight(1), "B_buf");
 * const B = te.compute(shape, (...i) => B_buf(...i).astype(env.inpDtype), "B");
 * const s = te.createSchedule(B.op);
 * s.stage(A_buf).setScope(env.accScope).pragma(A_buf.op.axis[0], env.dmaCopy);
 * s.stage(B_buf).setScope(env.accScope).pragma(B_buf.op.axis[0], env.alu);
 * s.stage(B).pragma(B.op.axis[0], env.dmaCopy);
 * const half = vta.build(s, [A, B]);
 * const b = tvm.nd.empty(shape, env.inpDtype, tvm.extDev(0));
 * half(tvm.nd.array(np.full(shape, 9).astype(env.accDtype), tvm.extDev(0)), b);
 * b.numpy().max() // => 4
 */
export function build(
  subject: Lowerable,
  args?: readonly te.ScheduleArg[],
  options: AcceleratorBuildOptions = {},
): runtime.Module {
  const { target, env = getEnv(), records, ...rest } = options;
  const from = records === undefined ? subject : rescheduled(subject, records, env);
  const module = from instanceof tir.IRModule ? from : lower(from, args, { ...rest, env });
  const schedule = schedules.get(module);
  checkMicroOps(module, env, schedule);
  const built = buildModule(module, { target: acceleratorTarget(target, env) });
  rememberHostWork(built, module, schedule, env);
  return built;
}

function rescheduled(subject: Lowerable, records: RecordSource, env: Environment): te.Schedule {
  if (!(subject instanceof te.Schedule)) {
    throw new UsageError(
      "vta-records",
      "build with records needs a schedule: te.createSchedule(result.op)",
    );
  }
  return scheduleFromRecords(subject.outputs[0]!.output(0), new RecordHistory(records), env);
}
