/**
 * One trial: a configuration is lowered, compiled and run on the cycle simulator. Values are not
 * computed, unless the result is to be checked.
 */

import {
  cpu,
  DeviceError,
  NDArray,
  np,
  te,
  build as buildModule,
  UsageError,
  type runtime,
} from "tvm-ts";
import { build, lower, profile, VtaDevice } from "../api";
import { buildConfig, microOpProblem, MICRO_OPS_APART, type Environment } from "../compiler";
import { CycleSimulator, type Profile } from "../sim";
import type { MeasureOptions, TrialResult } from "./engine";
import { Random } from "./random";
import { ERROR, type Measures } from "../records";
import { constantShape, type SearchSpace } from "./search-space";
import type { ScheduledProgram } from "./templates";
import { memoryUses, type Refusal } from "./verdict";

/** An array argument of a compiled program. */
export interface ArgumentType {
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** A compiled program with its arguments, and its schedule's use of on-chip memory. */
export interface CompiledTrial {
  readonly module: runtime.Module;
  readonly args: readonly ArgumentType[];
  /** Bytes of on-chip memory, all memories together. */
  readonly sram: number;
}

/**
 * The reference disables this pass for VTA: the condition that it hoists would become the number of a kernel.
 */
const DISABLED_PASSES = ["tir.CommonSubexprElimTIR"];

/**
 * Compiles a configuration, or returns its refusal. All refusals come from here or from `space.refusal`: a
 * compiled configuration can run.
 */
export function compileTrial(
  space: SearchSpace,
  index: number,
): CompiledTrial | { readonly refusal: Refusal } {
  const refusal = space.refusal(index);
  return refusal === undefined ? compileAllowed(space, index) : { refusal };
}

/** The same for a configuration that passed `space.refusal`. */
export function compileAllowed(
  space: SearchSpace,
  index: number,
): CompiledTrial | { readonly refusal: Refusal } {
  try {
    const compiled = compileProgram(space.program(index), space.environment(index));
    return "refusal" in compiled
      ? { refusal: withKnobs(compiled.refusal, space, index) }
      : compiled;
  } catch (error) {
    if (error instanceof UsageError) {
      return { refusal: { cause: "lowering", reason: error.message } };
    }
    throw error;
  }
}

/** The refusal of a template's micro-ops, with the knobs that are too small. */
function withKnobs(refusal: Refusal, space: SearchSpace, index: number): Refusal {
  const values = space.values(index);
  const knobs = space.work.elementKnobs ?? [];
  const elements = knobs.reduce((product, name) => product * Number(values[name]), 1);
  if (knobs.length === 0 || elements >= MICRO_OPS_APART) return refusal;
  const product = `${knobs.join(" * ")} = ${knobs.map((name) => values[name]).join(" * ")}`;
  const reason = `${refusal.reason} (${product}; at least ${MICRO_OPS_APART} is needed)`;
  return { ...refusal, reason };
}

/**
 * Compiles a program, or returns why its micro-ops cannot be recorded.
 * @throws UsageError when it cannot be lowered.
 */
export function compileProgram(
  { schedule, args }: ScheduledProgram,
  env: Environment,
  name?: string,
): CompiledTrial | { readonly refusal: Refusal } {
  const context = buildConfig({ env, disabledPass: DISABLED_PASSES });
  const lowered = lower(schedule, args, { context, ...(name !== undefined && { name }) });
  const problem = microOpProblem(lowered, env, schedule);
  if (problem !== undefined) return { refusal: { cause: "micro-ops", reason: problem.sentence } };
  return {
    module: build(lowered, undefined, { env }),
    args: args.map((tensor) => ({ shape: constantShape(tensor), dtype: tensor.dtype })),
    sram: memoryUses(schedule, env).reduce((sum, { needed }) => sum + needed, 0),
  };
}

const devices = new Map<string, VtaDevice>();

/** A simulated accelerator with a cycle model; cached. */
function deviceOf(env: Environment, model: string): VtaDevice {
  const key = JSON.stringify([env.config, model]);
  let device = devices.get(key);
  if (device === undefined) {
    device = new VtaDevice(0, env, {
      makeAccelerator: (made, dram) => new CycleSimulator(made, dram, { model: model as "de10" }),
    });
    devices.set(key, device);
  }
  return device;
}

/**
 * Runs a compiled program.
 * @param inputs the values of all arguments but the last; if left out, values are not computed and the result
 * is undefined
 */
export function runTrial(
  { module, args, sram }: CompiledTrial,
  env: Environment,
  model: string,
  inputs?: readonly np.ndarray[],
): { readonly measures: Measures; readonly result: np.ndarray | undefined } {
  const device = deviceOf(env, model);
  const { accelerator } = device;
  const { counters } = accelerator;
  let instructions = 0;
  const unobserve = accelerator.observe({
    startRun: (_address, count) => {
      instructions += count;
    },
  });
  const arrays: NDArray[] = [];
  try {
    counters.skipExecution = inputs === undefined;
    for (const [i, { shape, dtype }] of args.entries()) {
      const input = inputs?.[i];
      arrays.push(
        input === undefined ? NDArray.empty(shape, dtype, device) : NDArray.of(input, device),
      );
    }
    counters.clear();
    module(...arrays);
    const { stats } = counters;
    return {
      measures: {
        cycles: stats.cycle_count!,
        bytes:
          stats.inp_load_nbytes +
          stats.wgt_load_nbytes +
          stats.acc_load_nbytes +
          stats.uop_load_nbytes +
          stats.out_store_nbytes,
        sram,
        instructions,
      },
      result: inputs === undefined ? undefined : arrays.at(-1)!.numpy(),
    };
  } finally {
    counters.skipExecution = false;
    unobserve();
    for (const array of arrays) array.free();
  }
}

/**
 * Compiles, runs and, if requested, checks a configuration that passed `space.refusal`.
 */
export function measureTrial(
  space: SearchSpace,
  index: number,
  { model = "de10", check = false, measures: own = {} }: MeasureOptions,
): TrialResult {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const compiled = compileAllowed(space, index);
  if ("refusal" in compiled) return { kind: "refused", refusal: compiled.refusal };
  const env = space.environment(index);
  const used = space.model(index) ?? model;
  const failed = (errorNo: number, error: string): TrialResult => ({
    kind: "failed",
    errorNo,
    error,
    seconds: seconds(),
  });
  try {
    const { measures } = runTrial(compiled, env, used);
    const owned = ownMeasures(compiled, env, used, own);
    if (check) {
      const problem = checkResult(space.program(index), compiled, env, used);
      if (problem !== undefined) return failed(ERROR.wrongAnswer, problem);
    }
    return { kind: "measured", measures: { ...measures, ...owned }, seconds: seconds() };
  } catch (error) {
    if (error instanceof DeviceError || error instanceof UsageError) {
      return failed(ERROR.runtime, error.message);
    }
    throw error;
  }
}

/** The user-defined measures of a trial's profile. */
function ownMeasures(
  compiled: CompiledTrial,
  env: Environment,
  model: string,
  functions: NonNullable<MeasureOptions["measures"]>,
): Measures {
  const names = Object.keys(functions);
  if (names.length === 0) return {};
  const profiled = profileCompiled(compiled, env, model);
  return Object.fromEntries(names.map((name) => [name, functions[name]!(profiled)]));
}

function profileCompiled(
  { module, args }: CompiledTrial,
  env: Environment,
  model: string,
): Profile {
  const device = deviceOf(env, model);
  const arrays = args.map(({ shape, dtype }) => NDArray.empty(shape, dtype, device));
  try {
    const run = () => module(...arrays);
    return profile(run, { device, model: model as "de10", values: false });
  } finally {
    for (const array of arrays) array.free();
  }
}

/** @throws UsageError with the reason when the configuration cannot be compiled. */
export function profileTrial(space: SearchSpace, index: number, model = "de10"): Profile {
  const compiled = compileTrial(space, index);
  if ("refusal" in compiled) throw new UsageError("explore-space", compiled.refusal.reason);
  return profileCompiled(compiled, space.environment(index), space.model(index) ?? model);
}

/** Inputs are small, so that sums stay in the accumulator's type. */
const INPUT_LIMIT = 8;

/** The first difference from a plain computation of the same declarations on the CPU. */
function checkResult(
  { args }: ScheduledProgram,
  compiled: CompiledTrial,
  env: Environment,
  model: string,
): string | undefined {
  const random = new Random(1);
  const inputs = compiled.args.slice(0, -1).map(({ shape, dtype }) => {
    const values = Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => random.below(2 * INPUT_LIMIT) - INPUT_LIMIT,
    );
    return np
      .array(values)
      .reshape([...shape])
      .astype(dtype as "int8");
  });
  const { result } = runTrial(compiled, env, model, inputs);
  const output = args.at(-1)!;
  const plain = buildModule(te.createSchedule(output.op), args, { target: "llvm" });
  const arrays = [
    ...inputs.map((input) => NDArray.of(input, cpu())),
    NDArray.empty(constantShape(output), output.dtype, cpu()),
  ];
  try {
    plain(...arrays);
    const expected = arrays.at(-1)!.numpy().data as ArrayLike<number>;
    const actual = result!.data as ArrayLike<number>;
    for (let i = 0; i < expected.length; i++) {
      if (actual[i] === expected[i]) continue;
      return `element ${i} of ${output.name} is ${actual[i]}; a plain computation gives ${expected[i]}`;
    }
    return undefined;
  } finally {
    for (const array of arrays) array.free();
  }
}

/** Configurations are of one class when they differ in tile sizes only. */
export function classOf(space: SearchSpace, index: number): string {
  const values = space.values(index);
  return JSON.stringify(
    space.configs.knobs.filter(({ kind }) => kind === "other").map(({ name }) => values[name]!),
  );
}

/** Decides which trials are checked: the first measured one of each class. */
export class FirstOfClass {
  private readonly taken = new Set<string>();

  constructor(
    private readonly space: SearchSpace,
    private readonly check: boolean,
  ) {}

  /** Measures a configuration with `measure`, which is passed whether to check the result. */
  async run(
    index: number,
    measure: (check: boolean) => TrialResult | Promise<TrialResult>,
  ): Promise<TrialResult> {
    const group = classOf(this.space, index);
    const check = this.check && !this.taken.has(group);
    if (check) this.taken.add(group);
    const result = await measure(check);
    // Only measured results are checked.
    if (check && result.kind !== "measured") this.taken.delete(group);
    return result;
  }
}
