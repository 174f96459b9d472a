/**
 * Search spaces: schedules by number, each for an accelerator that may itself have knobs.
 */

import { te, tir, UsageError } from "tvm-ts";
import { Environment, getEnv, withEnvironment } from "../compiler";
import type { VtaConfig } from "../hardware";
import { ConfigSpace } from "./config-space";
import { otherKnob, type KnobChoices, type Knob, type KnobValues } from "./knobs";
import type { KnobValue } from "../records";
import { workload, type ScheduledProgram, type Workload } from "./templates";
import type { TemplateArguments } from "../records";
import { memoryRefusal, type Refusal } from "./verdict";

/** Keys of the accelerator that can be knobs: those of `vta_config.json`, and the cycle model. */
export type HardwareChoices = {
  readonly [key in keyof VtaConfig]?: readonly VtaConfig[key][];
} & { readonly model?: readonly string[] };

export interface HardwareOptions {
  /** The accelerator; the environment in force if left out. */
  readonly env?: Environment;
  /** Knobs of the accelerator: `{ LOG_INP_BUFF_SIZE: [14, 15], model: ["wide128"] }`. */
  readonly hardware?: HardwareChoices;
}

export interface SpaceOptions<K extends KnobChoices> extends HardwareOptions {
  /** Names the space in records; `space` if left out. */
  readonly name?: string;
  /** `true` for a configuration that can be used, or the reason why not. */
  readonly constraint?: (knobs: KnobValues<K>) => true | string;
}

/** The name of the knob for the cycle model. */
const MODEL_KNOB = "model";

/** The number of schedules kept between verdict and trial. */
const MAX_CACHED_SCHEDULES = 64;

/** A numbered space of programs. */
export class SearchSpace {
  readonly configs: ConfigSpace;
  private readonly prepared = new Map<number, ScheduledProgram>();
  private readonly verdicts = new Map<number, Refusal | undefined>();
  private readonly hardwareNames: ReadonlySet<string>;

  /** @internal */
  constructor(
    /** The task's name in records. */
    readonly task: string,
    /** The task's arguments in records. */
    readonly args: TemplateArguments,
    knobs: readonly Knob[],
    private readonly build: (values: KnobValues, env: Environment) => ScheduledProgram,
    private readonly check: (values: KnobValues) => Refusal | undefined,
    /** Whether another thread can make the programs from `task`, `args` and an index. */
    readonly isTemplate: boolean,
    { env = getEnv(), hardware = {} }: HardwareOptions,
    /** Operations as AutoTVM counts them, and the multiply-adds that are needed; 0 if unknown. */
    readonly work: Pick<Workload, "flop" | "macs" | "elementKnobs"> = { flop: 0, macs: 0 },
    private readonly guess?: (values: KnobValues, env: Environment) => number,
  ) {
    this.env = env;
    this.hardware = hardware;
    const hardwareKnobs = Object.entries(hardware).map(([name, choices]) =>
      otherKnob(name, choices as readonly KnobValue[]),
    );
    this.hardwareNames = new Set(hardwareKnobs.map(({ name }) => name));
    this.configs = new ConfigSpace([...knobs, ...hardwareKnobs]);
  }

  /** The accelerator, where no hardware knob changes it. */
  readonly env: Environment;
  readonly hardware: HardwareChoices;

  get size(): number {
    return this.configs.size;
  }

  values(index: number): KnobValues {
    return this.configs.values(index);
  }

  /** The accelerator of a configuration. @throws UsageError when the keys do not describe valid hardware. */
  environment(index: number): Environment {
    const values = Object.entries(this.values(index)).filter(
      ([name]) => this.hardwareNames.has(name) && name !== MODEL_KNOB,
    );
    if (values.length === 0) return this.env;
    return new Environment({ ...this.env.config, ...(Object.fromEntries(values) as object) });
  }

  /** The cycle model of a configuration, if that is a knob. */
  model(index: number): string | undefined {
    if (!this.hardwareNames.has(MODEL_KNOB)) return undefined;
    return this.values(index)[MODEL_KNOB] as string;
  }

  /** The schedule of a configuration. Errors of the builder are rethrown. */
  program(index: number): ScheduledProgram {
    const prepared = this.prepared.get(index);
    // Each caller gets a separate schedule.
    if (prepared !== undefined && this.prepared.delete(index)) return prepared;
    const env = this.environment(index);
    return withEnvironment(env, () => this.build(this.values(index), env));
  }

  /**
   * Why a configuration cannot be used, as far as can be determined without lowering it: knobs that do not
   * divide, memories that are too small, virtual threads that are not possible.
   */
  refusal(index: number): Refusal | undefined {
    if (!this.verdicts.has(index)) this.verdicts.set(index, this.computeRefusal(index));
    return this.verdicts.get(index);
  }

  /** An estimate of a configuration's cycles from its knobs alone; undefined if there is none. */
  estimate(index: number): number | undefined {
    return this.guess?.(this.values(index), this.environment(index));
  }

  /** Keeps the schedule of a verdict for the trial that follows it. */
  private prepare(index: number, program: ScheduledProgram): void {
    this.prepared.set(index, program);
    if (this.prepared.size > MAX_CACHED_SCHEDULES)
      this.prepared.delete([...this.prepared.keys()][0]!);
  }

  private computeRefusal(index: number): Refusal | undefined {
    const found = this.check(this.values(index));
    if (found !== undefined) return found;
    try {
      const program = this.program(index);
      const refusal = memoryRefusal(program.schedule, this.environment(index));
      if (refusal === undefined) this.prepare(index, program);
      return refusal;
    } catch (error) {
      if (error instanceof UsageError) return { cause: "lowering", reason: error.message };
      throw error;
    }
  }
}

/**
 * A user-defined space of schedules.
 * @param knobs the choices by name
 * @param build makes the schedule for one choice of each, or `[schedule, args]`
 * @example
 * const A = te.placeholder([64], { name: "A", dtype: "int32" });
 * const own = vta.explore.space({ tile: [8, 16], threads: [1, 2] }, ({ tile }) => {
 *   const B = te.compute([64], (i) => A(i).add(1), "B");
 *   const s = te.createSchedule(B.op);
 *   s.stage(B).split(B.op.axis[0], { factor: tile });
 *   return s;
 * });
 * own.size // => 4
 */
export function space<const K extends KnobChoices>(
  knobs: K,
  build: (knobs: KnobValues<K>) => te.Schedule | readonly [te.Schedule, readonly te.Tensor[]],
  { name = "space", constraint, ...hardware }: SpaceOptions<K> = {},
): SearchSpace {
  const list = Object.entries(knobs).map(([knob, choices]) => otherKnob(knob, choices));
  const check = (values: KnobValues): Refusal | undefined => {
    const answer = constraint?.(values as KnobValues<K>) ?? true;
    return answer === true ? undefined : { cause: "constraint", reason: answer };
  };
  const program = (values: KnobValues): ScheduledProgram => {
    const built = build(values as KnobValues<K>);
    if (Array.isArray(built))
      return { schedule: built[0] as te.Schedule, args: built[1] as te.Tensor[] };
    const schedule = built as te.Schedule;
    return { schedule, args: functionArguments(schedule) };
  };
  return new SearchSpace(name, [], list, program, check, false, hardware);
}

/**
 * The space of one of AutoTVM's templates for VTA, with its knobs, numbers and entities.
 * @param task `conv2d_packed.vta`, ...: `vta.explore.templateNames` lists them
 * @param args as AutoTVM's records write them: tensors as `["TENSOR", shape, dtype]`
 * @throws UsageError when there is no such template, or the arguments do not fit it.
 * @example
 * const dense = vta.explore.template("dense_packed.vta", [
 *   ["TENSOR", [1, 8, 1, 16], "int8"], ["TENSOR", [8, 8, 16, 16], "int8"], null, "int32",
 * ]);
 * dense.size // => 32
 */
export function template(
  task: string,
  args: TemplateArguments,
  hardware: HardwareOptions = {},
): SearchSpace {
  const work = workload(task, args);
  const { knobs, refusal, program, estimate } = work;
  return new SearchSpace(task, args, knobs, program, refusal, true, hardware, work, estimate);
}

/** The placeholders that a schedule reads, in the order of its stages, then its results. */
function functionArguments(schedule: te.Schedule): te.Tensor[] {
  const inputs = schedule.stages
    .filter((stage) => stage.op.kind === "placeholder")
    .map((stage) => stage.op.output(0));
  return [...inputs, ...schedule.outputs.map((op) => op.output(0))];
}

/** The lengths of a tensor that a trial allocates. @throws UsageError when one is not a constant. */
export function constantShape(tensor: te.Tensor): number[] {
  return tensor.shape.map((extent) => {
    const length = tir.constIntValue(extent);
    if (length !== undefined) return length;
    throw new UsageError(
      "explore-space",
      `${tensor.name} has the length ${tir.reprExpr(extent)}; explored programs need constant shapes`,
    );
  });
}
