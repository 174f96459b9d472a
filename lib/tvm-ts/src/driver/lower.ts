/** Lowers a schedule, or functions of TIR, to functions for code generators. */

import {
  findUndefinedUse,
  IRModule,
  isHandle,
  PrimFunc,
  type Buffer,
  type UndefinedUse,
  type Var,
} from "../ir";
import { LowerTrace, PassContext, PassRecorder, runPass, type Sequential } from "../pass";
import { TvmError, UsageError } from "../support";
import { Schedule, scheduleToModule, type ScheduleArg, type Stage, type Tensor } from "../te";
import type { LoweringTarget } from "../pass";
import { lowerPipeline } from "./lower-pipeline";
import { isOverflow, withinStack } from "./nesting";

export interface LowerOptions {
  /** The function's name; `main` if left out. */
  readonly name?: string;
  /** Does not partition loops (no LoopPartition), so that the result is easier to read. */
  readonly simpleMode?: boolean;
  /** The buffers of arguments, for a layout other than the compact one. */
  readonly binds?: ReadonlyMap<Tensor, Buffer>;
  /** Options of passes, passes to skip, passes to add, instruments. */
  readonly context?: PassContext;
  /** The target whose passes and memories are added, unless the context has a target. */
  readonly target?: LoweringTarget;
  /**
   * Returns a record of every pass instead of only the result. When a pass fails, the trace ends
   * there, its `failure` has the error, and its `module` throws the error.
   */
  readonly trace?: boolean;
}

/** The programs that can be lowered. */
export type Lowerable = Schedule | IRModule | PrimFunc;

/**
 * Lowers a schedule, with the arguments of its function, or TIR functions.
 * @throws UsageError for an error in the schedule or a function.
 */
export function lower(
  subject: Lowerable,
  args: readonly ScheduleArg[] | undefined,
  options: LowerOptions & { readonly trace: true },
): LowerTrace;
export function lower(
  subject: Lowerable,
  args?: readonly ScheduleArg[],
  options?: LowerOptions & { readonly trace?: false },
): IRModule;
export function lower(
  subject: Lowerable,
  args?: readonly ScheduleArg[],
  options?: LowerOptions,
): IRModule | LowerTrace;
export function lower(
  subject: Lowerable,
  args?: readonly ScheduleArg[],
  options: LowerOptions = {},
): IRModule | LowerTrace {
  return withinStack(options.name ?? "main", () => lowered(subject, args, options));
}

const NO_TARGET: LoweringTarget = { passes: [], memories: {} };

function lowered(
  subject: Lowerable,
  args: readonly ScheduleArg[] | undefined,
  options: LowerOptions,
): IRModule | LowerTrace {
  const given = options.context ?? new PassContext();
  const target = given.target ?? options.target ?? NO_TARGET;
  const memories = { ...given.option("tir.memory_info"), ...target.memories };
  const context = given.with({ config: { "tir.memory_info": memories } });
  const start = toModule(subject, args, options, context);
  const pipeline: Sequential = {
    name: "sequential",
    doc: "All passes of lower.",
    passes: lowerPipeline(context, options.simpleMode, target).passes,
  };
  const checked = (module: IRModule): IRModule => {
    if (subject instanceof Schedule) module.functions.forEach((func) => checkScopes(func, subject));
    return module;
  };
  if (options.trace !== true) return checked(runPass(pipeline, start, context));
  const recorder = new PassRecorder();
  try {
    const module = checked(runPass(pipeline, start, context.withInstrument(recorder)));
    return new LowerTrace(start, module, recorder.records);
  } catch (error) {
    const { unfinished } = recorder;
    const isOfPass = error instanceof TvmError && !isOverflow(error) && unfinished !== undefined;
    if (!isOfPass) throw error;
    return new LowerTrace(start, { ...unfinished, error }, recorder.records);
  }
}

/**
 * Checks that variables and memory are used only inside the loops that define them.
 * @throws UsageError with the stage and the axis of the first other use.
 */
function checkScopes(func: PrimFunc, schedule: Schedule): void {
  // A stage outside the threads that its axes are split by is lowered, as in the reference; code
  // generation refuses it.
  const threads = schedule.stages.flatMap(({ iterVarAttrs }) =>
    [...iterVarAttrs.values()].flatMap(({ bindThread }) => bindThread?.var_ ?? []),
  );
  const use = findUndefinedUse(func, threads);
  if (use === undefined) return;
  const owner = ownerOf(use, schedule);
  throw new UsageError("tir-undefined-variable", outOfScope(use, owner), {
    span: use.variable.span,
    notes:
      owner === undefined
        ? []
        : [{ text: `${owner.name} was declared here`, span: owner.originOp?.span }],
  });
}

/**
 * The stage of an axis. Passes may have replaced the axis's variable by another of the same name.
 */
function ownerOf({ variable, buffer }: UndefinedUse, { stages }: Schedule): Stage | undefined {
  const owning = (isIt: (v: Var) => boolean): Stage[] =>
    stages.filter(({ allIterVars }) => allIterVars.some(({ var_ }) => isIt(var_)));
  const namesakes = owning(({ name }) => name === variable.name);
  return (
    owning((v) => v === variable)[0] ??
    namesakes.find(({ name }) => name === buffer) ??
    namesakes[0]
  );
}

function outOfScope({ variable, buffer }: UndefinedUse, owner: Stage | undefined): string {
  const { name } = variable;
  const where = buffer === undefined ? "" : ` where ${buffer} is computed`;
  if (isHandle(variable.dtype)) {
    return (
      `the memory of ${name} is used${where}, outside of the loop in which the stage is ` +
      `computed; compute ${name} at a loop around everything that reads it`
    );
  }
  if (owner !== undefined && owner.name === buffer) {
    return (
      `a loop of stage ${owner.name} has an extent that depends on axis ${name}, but the loop over ${name} ` +
      `is inside of it; move ${name} further out with reorder`
    );
  }
  const axis = `${name}${owner === undefined ? "" : ` of stage ${owner.name}`}`;
  return (
    `axis ${axis} is used${where}, outside of the loop over it; compute the stages that depend ` +
    `on that loop inside of it with computeAt`
  );
}

/** Checks the types of the options, for callers without a type checker. */
export function checkOptions(
  options: Pick<LowerOptions, "name" | "context">,
  example = '{ name: "main" }',
): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      "lower-arguments",
      `the options must be an object, such as ${example}, not ${JSON.stringify(options)}`,
    );
  }
  const { name, context } = options;
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw new UsageError(
      "lower-arguments",
      `the name of a function must be a non-empty string, not ${JSON.stringify(name)}`,
    );
  }
  if (context !== undefined && !(context instanceof PassContext)) {
    throw new UsageError(
      "lower-arguments",
      "the context of lower must be a PassContext; write new tvm.PassContext({ ... })",
    );
  }
}

function toModule(
  subject: Lowerable,
  args: readonly ScheduleArg[] | undefined,
  options: LowerOptions,
  context: PassContext,
): IRModule {
  const name = options.name ?? "main";
  if (subject instanceof Schedule) {
    if (!Array.isArray(args)) {
      throw new UsageError(
        "lower-arguments",
        "lower of a schedule needs the arguments of its function, such as [A, B, C]",
      );
    }
    return scheduleToModule(subject, args, {
      name,
      noalias: context.option("tir.noalias"),
      keepTrivialLoops: context.option("tir.debug_keep_trivial_loop"),
      ...(options.binds === undefined ? {} : { binds: options.binds }),
    });
  }
  if (args !== undefined || options.binds !== undefined) {
    throw new UsageError(
      "lower-arguments",
      "a function of TIR already has its arguments; write lower(func) without arguments",
    );
  }
  if (subject instanceof IRModule) return subject;
  if (!(subject instanceof PrimFunc)) {
    throw new UsageError(
      "lower-arguments",
      "only a schedule, a PrimFunc or an IRModule can be lowered",
    );
  }
  const noalias = context.option("tir.noalias") ? { "tir.noalias": true } : {};
  return IRModule.of(name, subject.withAttrs({ global_symbol: name, ...noalias }));
}
