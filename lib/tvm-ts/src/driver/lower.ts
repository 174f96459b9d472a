/** From a schedule, or functions of TIR, to functions that code can be generated for. */

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
  /** Leaves loops whole (no LoopPartition), which makes the result easier to read. */
  readonly simpleMode?: boolean;
  /** How arguments are laid out in memory; compactly by default. */
  readonly binds?: ReadonlyMap<Tensor, Buffer>;
  /** Options of passes, passes to leave out, passes to add, instruments. */
  readonly context?: PassContext;
  /** Adds its passes and memories, unless the context has a target already. */
  readonly target?: LoweringTarget;
  /**
   * Gives what every pass did instead of only the result. When a pass fails, the trace ends there
   * and has the error as its `failure`; its `module` throws it.
   */
  readonly trace?: boolean;
}

/** What can be lowered. */
export type Lowerable = Schedule | IRModule | PrimFunc;

/**
 * Lowers a schedule with the arguments its function is to take, or TIR functions as they are.
 * @throws UsageError where the schedule or a function asks for what cannot be done.
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
 * What a loop defines is used in that loop only.
 * @throws UsageError with the stage and the axis, where a schedule asks for something else.
 */
function checkScopes(func: PrimFunc, schedule: Schedule): void {
  // A stage outside of the threads that split it is shown as the reference shows it, and refused
  // when code is generated.
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

/** The stage that an axis belongs to; passes may have replaced its variable by one of the same name. */
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
      `the memory of ${name} is used${where}, outside of the loop that the stage is ` +
      `computed in; compute ${name} at a loop around everything that reads it`
    );
  }
  if (owner !== undefined && owner.name === buffer) {
    return (
      `a loop of stage ${owner.name} has a length that depends on axis ${name}, but the loop over ${name} ` +
      `is inside of it; put ${name} further out with reorder`
    );
  }
  const axis = `${name}${owner === undefined ? "" : ` of stage ${owner.name}`}`;
  return (
    `axis ${axis} is used${where}, outside of the loop over it; compute the stages that depend ` +
    `on that loop inside of it with computeAt`
  );
}

/** What the type checker sees of a call, for those who call without it. */
export function checkOptions(
  options: Pick<LowerOptions, "name" | "context">,
  example = '{ name: "main" }',
): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      "lower-arguments",
      `options are given together, such as ${example}, not ${JSON.stringify(options)} alone`,
    );
  }
  const { name, context } = options;
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw new UsageError(
      "lower-arguments",
      `the name of a function is a text, not ${JSON.stringify(name)}`,
    );
  }
  if (context !== undefined && !(context instanceof PassContext)) {
    throw new UsageError(
      "lower-arguments",
      "the context of lower is made by new PassContext({ ... })",
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
        "a schedule is lowered with the arguments of its function: [A, B, C]",
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
      "a function of TIR has its arguments already: lower(func) takes none",
    );
  }
  if (subject instanceof IRModule) return subject;
  if (!(subject instanceof PrimFunc)) {
    throw new UsageError(
      "lower-arguments",
      "only a schedule, a PrimFunc or a module of them can be lowered",
    );
  }
  const noalias = context.option("tir.noalias") ? { "tir.noalias": true } : {};
  return IRModule.of(name, subject.withAttrs({ global_symbol: name, ...noalias }));
}
