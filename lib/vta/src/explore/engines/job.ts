/**
 * How a trial is sent to another thread or machine. A template's trial is sent as name, arguments and index,
 * and compiled there; a trial of a user-defined space is compiled here and sent as the bytes of a module.
 */

import { DeviceError, loadModule, UsageError } from "tvm-ts";
import { Environment } from "../../compiler";
import type { VtaConfig } from "../../hardware";
import type { MeasureOptions, TrialResult } from "../engine";
import { ERROR } from "../../records";
import { template, type HardwareChoices, type SearchSpace } from "../search-space";
import type { TemplateArguments } from "../../records";
import { compileAllowed, measureTrial, runTrial, type ArgumentType } from "../trial";

/** A trial as plain data. */
export type Job =
  | {
      readonly kind: "template";
      readonly task: string;
      readonly args: TemplateArguments;
      readonly config: VtaConfig;
      readonly hardware: HardwareChoices;
      readonly index: number;
      readonly options: MeasureOptions;
    }
  | {
      readonly kind: "module";
      readonly bytes: Uint8Array;
      readonly args: readonly ArgumentType[];
      readonly sram: number;
      readonly config: VtaConfig;
      readonly model: string;
    };

/** The job for a configuration, or its outcome if that is known without measuring. */
export function jobOf(
  space: SearchSpace,
  index: number,
  options: MeasureOptions,
): Job | { readonly kind: "done"; readonly result: TrialResult } {
  const { task, args, hardware } = space;
  if (options.measures !== undefined) {
    throw new UsageError(
      "explore-study",
      "user-defined measures are functions and run only in this thread: pass { engine: vta.explore.thisThread() }",
    );
  }
  if (space.isTemplate) {
    const { config } = space.env;
    return { kind: "template", task, args, config, hardware, index, options };
  }
  const compiled = compileAllowed(space, index);
  if ("refusal" in compiled) {
    return { kind: "done", result: { kind: "refused", refusal: compiled.refusal } };
  }
  const { config } = space.environment(index);
  const model = space.model(index) ?? options.model ?? "de10";
  const { module, ...rest } = compiled;
  return { kind: "module", bytes: module.toBytes(), ...rest, config, model };
}

const spaces = new Map<string, SearchSpace>();

function spaceOf(job: Job & { kind: "template" }): SearchSpace {
  const { task, args, config, hardware } = job;
  const key = JSON.stringify([task, args, config, hardware]);
  let space = spaces.get(key);
  if (space === undefined) {
    space = template(task, args, { env: new Environment(config), hardware });
    spaces.set(key, space);
  }
  return space;
}

/** Executes a job in a worker. */
export function runJob(job: Job): TrialResult {
  if (job.kind === "template") return measureTrial(spaceOf(job), job.index, job.options);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const { bytes, args, sram, config, model } = job;
  const module = loadModule(bytes);
  try {
    const { measures } = runTrial({ module, args, sram }, new Environment(config), model);
    return { kind: "measured", measures, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof DeviceError || error instanceof UsageError)) throw error;
    return { kind: "failed", errorNo: ERROR.runtime, error: error.message, seconds: seconds() };
  }
}
