/**
 * Chooses how the work of an accelerator function is divided: by the best record of its operator, else by the
 * tiles that a formula estimates to be the fastest of those that fit; a search measures the first few of
 * these on the cycle simulator.
 */

import { tir, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";
import * as explore from "../explore";
import type { RecordHistory } from "../records";
import * as topi from "../topi";
import type { AcceleratorFunction } from "./fused-te";

/** How a function's work is divided, and the source of the choice. */
export interface KnobConfiguration {
  readonly knobs: topi.ConvKnobs;
  readonly from: "given" | "records" | "estimate" | "search";
}

export interface Configured {
  readonly configuration: KnobConfiguration;
  readonly compiled: explore.CompiledTrial;
}

export interface ConfigureOptions {
  readonly env: Environment;
  /** Those of `applyBest` if undefined. */
  readonly records: RecordHistory | undefined;
  /** The number of configurations to measure for each function; 0 for none. */
  readonly search: number;
}

/** @throws UsageError with the last reason, when no configuration can be compiled. */
export function configure(
  func: AcceleratorFunction,
  name: string,
  given: topi.ConvKnobs | undefined,
  options: ConfigureOptions,
): Configured {
  const { env, search } = options;
  const candidates =
    given === undefined ? candidatesOf(func, options) : [{ knobs: given, from: "given" } as const];
  const most = given === undefined ? Math.max(search, 1) : 1;
  const usable: Configured[] = [];
  let refusal = "there is no configuration";
  for (const configuration of candidates) {
    const compiled = compile(func, name, configuration.knobs, env);
    if (typeof compiled === "string") refusal = compiled;
    else usable.push({ configuration, compiled });
    if (usable.length === most) break;
  }
  if (usable.length === 0)
    throw new UsageError("network-packing", `${name} cannot be compiled: ${refusal}`);
  return search === 0 || usable.length === 1 ? usable[0]! : fastest(usable, env);
}

/** The compiled function, or why it cannot be. */
function compile(
  func: AcceleratorFunction,
  name: string,
  knobs: topi.ConvKnobs,
  env: Environment,
): explore.CompiledTrial | string {
  try {
    const schedule = func.schedule(knobs);
    const refusal = explore.memoryRefusal(schedule, env);
    if (refusal !== undefined) return refusal.reason;
    const compiled = explore.compileProgram({ schedule, args: func.args }, env, name);
    return "refusal" in compiled ? compiled.refusal.reason : compiled;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.sentence;
  }
}

function fastest(usable: readonly Configured[], env: Environment): Configured {
  let best: Configured | undefined;
  let least = Infinity;
  for (const one of usable) {
    const { measures } = explore.runTrial(one.compiled, env, "de10");
    if (measures["cycles"]! >= least) continue;
    least = measures["cycles"]!;
    best = one;
  }
  return { ...best!, configuration: { ...best!.configuration, from: "search" } };
}

function* candidatesOf(
  func: AcceleratorFunction,
  { env, records }: ConfigureOptions,
): Generator<KnobConfiguration> {
  if (func.kind === "alu") {
    yield* largestTiles(func);
    return;
  }
  const operator = topi.packedOperatorOf(func.result.op);
  for (const knobs of topi.recordedConvKnobs(operator, env, records)) {
    yield { knobs, from: "records" };
  }
  const { task, args } = topi.workloadOf(operator)!;
  yield* estimated(explore.workload(task, args), env);
}

/** A template's configurations, in the order of their estimated cycles. */
function* estimated(work: explore.Workload, env: Environment): Generator<KnobConfiguration> {
  const space = new explore.ConfigSpace(work.knobs);
  const all = Array.from({ length: space.size }, (_, index) => space.values(index))
    .filter((values) => work.refusal(values) === undefined)
    .map((values) => ({ knobs: topi.convKnobs(values), cycles: work.estimate(values, env) }))
    .sort((a, b) => a.cycles - b.cycles);
  for (const { knobs } of all) yield { knobs, from: "estimate" };
}

/**
 * Tiles of an addition on the ALU, the largest first: those for two virtual threads, of which one stores
 * while the other computes, then those for one.
 */
function* largestTiles({ result }: AcceleratorFunction): Generator<KnobConfiguration> {
  const [, co, h, w] = result.shape.map((extent) => tir.constIntValue(extent)!) as number[];
  const tiles = explore
    .divisors(co!)
    .flatMap((tileCo) =>
      explore
        .divisors(h!)
        .flatMap((tileH) => explore.divisors(w!).map((tileW) => ({ tileCo, tileH, tileW }))),
    );
  // For equal sizes, longer rows in DRAM come first.
  const size = ({ tileCo, tileH, tileW }: (typeof tiles)[number]): number =>
    tileCo * tileH * tileW + tileW / 1e3 + tileH / 1e6;
  tiles.sort((a, b) => size(b) - size(a));
  for (const tile of tiles) {
    const threads = [
      ...((co! / tile.tileCo) % 2 === 0 ? [{ ocNthread: 2 }] : []),
      ...((h! / tile.tileH) % 2 === 0 ? [{ hNthread: 2 }] : []),
    ];
    for (const thread of threads) yield { knobs: { ...tile, ...thread }, from: "estimate" };
  }
  for (const knobs of tiles) yield { knobs, from: "estimate" };
}
