/** What a program cost on the hardware, module by module and statement by statement, and why. */

import {
  criticalCycles,
  joinTimelines,
  NOTHING_RAN,
  STAGE_NAMES,
  STALL_CAUSES,
  type ExecutionTrace,
  type ExecutionTraceOptions,
  type StallCause,
  type Timeline,
} from "../../accelerator";
import { INSN_BYTES, INSN_WORDS, type Hardware } from "../../hardware";
import { elementBytesOf, loadedElementBytes } from "./element-bytes";
import { explainRun, type Advice } from "./explain";
import type { Hazard } from "./hazards";
import type { CycleModel } from "./model";
import { perfettoTrace } from "./perfetto";
import { profileTrace } from "./profile-trace";
import { runTimeline } from "./run-timeline";
import { CAUSE_TEXT, stallsOf, type ModuleName, type ModuleStalls } from "./stalls";
import { statementOf, type ProfiledRun } from "./profiled-run";
import { CLIENT, WORK, type StreamPlan } from "./stream-plan";
import { stageCosts, type StageCost } from "./stage-costs";
import { isReset } from "./weight-lanes";

/** Bytes that passed between DRAM and the accelerator. */
export interface TrafficBytes {
  readonly instructions: number;
  readonly uop: number;
  readonly inp: number;
  readonly wgt: number;
  readonly acc: number;
  readonly out: number;
}

/** A point under the roof of a machine: operations are multiply-accumulates. */
export interface RooflinePoint {
  /** Operations a byte of DRAM traffic. */
  readonly intensity: number;
  /** Operations a cycle. */
  readonly achieved: number;
  /** Operations a cycle, at most, of the GEMM core and of the bus at this intensity. */
  readonly computePeak: number;
  readonly memoryPeak: number;
}

/** What one statement of the lowered program cost. */
export interface StatementCost {
  /** The statement's text; the instruction's name where it was not recorded by compiled code. */
  readonly statement: string;
  readonly module: ModuleName;
  readonly instructions: number;
  /** Cycles its instructions worked, those in which they waited for memory, and for tokens. */
  readonly work: number;
  readonly memory: number;
  readonly tokens: number;
  /** Its work as a part of all cycles. */
  readonly share: number;
}

const MODULES: readonly ModuleName[] = ["fetch", "load", "compute", "store"];

export class Profile {
  /** Of the cycle counter, all runs together. */
  readonly cycles: number;
  /** By module, cycles by their cause; each module's add up to `cycles`. */
  readonly modules: ModuleStalls;
  readonly bytes: TrafficBytes;
  /** Block products computed; the peak is one a cycle. */
  readonly gemmSteps: number;
  private advice: readonly Advice[] | undefined;

  constructor(
    readonly hardware: Hardware,
    readonly model: CycleModel,
    readonly runs: readonly ProfiledRun[],
  ) {
    this.cycles = runs.reduce((sum, { timing }) => sum + timing.cycles, 0);
    this.modules = addStalls(runs.map(({ plan, timing }) => stallsOf(plan, timing)));
    this.bytes = trafficOf(hardware, runs);
    this.gemmSteps = runs.reduce((sum, { plan }) => sum + gemmStepsOf(plan), 0);
  }

  get instructions(): number {
    return this.runs.reduce((sum, { plan }) => sum + plan.count, 0);
  }

  /** Findings of all runs: right in a simulator of values, wrong on a board. */
  get hazards(): readonly Hazard[] {
    return this.runs.flatMap(({ hazards }) => hazards());
  }

  /** Block products a cycle, of at most 1. */
  get gemmUtilization(): number {
    return this.cycles === 0 ? 0 : this.gemmSteps / this.cycles;
  }

  get totalBytes(): number {
    return Object.values(this.bytes).reduce((sum: number, value: number) => sum + value, 0);
  }

  /** Bytes a cycle; the bus moves `model.busBits / 8` at most in each direction. */
  get bandwidth(): number {
    return this.cycles === 0 ? 0 : this.totalBytes / this.cycles;
  }

  get roofline(): RooflinePoint {
    const { BATCH, BLOCK_IN, BLOCK_OUT } = this.hardware;
    const peak = BATCH * BLOCK_IN * BLOCK_OUT;
    const intensity = this.totalBytes === 0 ? 0 : (this.gemmSteps * peak) / this.totalBytes;
    return {
      intensity,
      achieved: this.gemmUtilization * peak,
      computePeak: peak,
      memoryPeak: intensity * (this.model.busBits / 8),
    };
  }

  /** Costs by statement of the lowered program, the dearest first. */
  get statements(): readonly StatementCost[] {
    return statementCosts(this.runs, this.cycles);
  }

  /** Costs by stage of the schedule, the dearest first. */
  get stages(): readonly StageCost[] {
    return stageCosts(this.hardware, this.runs, this.cycles);
  }

  /** What the stages did at every cycle, and the critical path. */
  get timeline(): Timeline {
    return joinTimelines(
      this.runs.map(({ plan, timing, tokens }) => runTimeline(plan, timing, tokens)),
    );
  }

  /** All instructions with their cycles, what they do on chip and the tokens they exchange. */
  trace(options: Pick<ExecutionTraceOptions, "limit"> = {}): ExecutionTrace {
    return profileTrace(this.hardware, this.runs, options);
  }

  /**
   * What bounds the program and what to change, the greatest gain first. A gain is what the simulator
   * finds when the stream is changed that way.
   */
  explain(): readonly Advice[] {
    const { hardware, model, runs } = this;
    return (this.advice ??= runs
      .flatMap((run) => explainRun(hardware, model, run))
      .sort((a, b) => b.gain - a.gain));
  }

  /** This profile's cycles less another's, by module and cause. */
  difference(other: Profile): ProfileDifference {
    const modules = Object.fromEntries(
      MODULES.map((module) => [
        module,
        Object.fromEntries(
          STALL_CAUSES.map((cause) => [
            cause,
            this.modules[module][cause] - other.modules[module][cause],
          ]),
        ),
      ]),
    ) as unknown as ModuleStalls;
    return { cycles: this.cycles - other.cycles, modules };
  }

  /** A native TrackEvent trace for ui.perfetto.dev, one cycle a nanosecond. */
  toPerfetto(): Uint8Array {
    return perfettoTrace(this.runs);
  }

  toString(): string {
    const percent = (part: number): string => `${((100 * part) / (this.cycles || 1)).toFixed(1)} %`;
    const { intensity, achieved, computePeak, memoryPeak } = this.roofline;
    const lines = [
      `${this.cycles} cycles on ${this.model.name}, ${this.instructions} instructions`,
      ...(this.instructions === 0 ? [NOTHING_RAN] : []),
      `GEMM ${percent(this.gemmSteps)} of its peak; ${this.totalBytes} bytes, ` +
        `${this.bandwidth.toFixed(2)} of ${this.model.busBits / 8} a cycle`,
      `roofline: ${intensity.toFixed(1)} operations a byte, ${achieved.toFixed(1)} a cycle of at most ` +
        `${Math.min(computePeak, memoryPeak).toFixed(1)}`,
    ];
    for (const module of MODULES) {
      const parts = STALL_CAUSES.filter((cause) => this.modules[module][cause] > 0)
        .sort((a, b) => this.modules[module][b] - this.modules[module][a])
        .map((cause) => `${CAUSE_TEXT[cause]} ${percent(this.modules[module][cause])}`);
      lines.push(`  ${module.padEnd(8)} ${parts.join(", ")}`);
    }
    const critical = Object.entries(criticalCycles(this.timeline))
      .sort(([, a], [, b]) => b - a)
      .map(([name, cycles]) => `${name} ${percent(cycles)}`);
    if (critical.length > 0) lines.push(`critical path: ${critical.join(", ")}`);
    const stages = this.stages.map(
      ({ stage, share }) => `${stage} ${percent(share * this.cycles)}`,
    );
    if (stages.length > 0) lines.push(`stages: ${stages.join(", ")}`);
    for (const { rule, index, text } of this.hazards) {
      lines.push(`warning: right here, wrong on a board: instruction ${index}, ${rule}: ${text}`);
    }
    return lines.join("\n");
  }
}

export interface ProfileDifference {
  readonly cycles: number;
  readonly modules: ModuleStalls;
}

/** One row a profile, of what people compare; for `console.table` or a DataFrame. */
export function profileTable(
  profiles: Readonly<Record<string, Profile>>,
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return Object.fromEntries(
    Object.entries(profiles).map(([name, profile]) => [
      name,
      {
        cycles: profile.cycles,
        instructions: profile.instructions,
        bytes: profile.totalBytes,
        "GEMM %": 100 * profile.gemmUtilization,
        "bytes a cycle": profile.bandwidth,
        "load busy": profile.modules.load.busy,
        "compute busy": profile.modules.compute.busy,
        "store busy": profile.modules.store.busy,
      },
    ]),
  );
}

function addStalls(all: readonly ModuleStalls[]): ModuleStalls {
  const sum = (module: ModuleName, cause: StallCause): number =>
    all.reduce((total, stalls) => total + stalls[module][cause], 0);
  return Object.fromEntries(
    MODULES.map((module) => [
      module,
      Object.fromEntries(STALL_CAUSES.map((cause) => [cause, sum(module, cause)])),
    ]),
  ) as unknown as ModuleStalls;
}

function trafficOf(hardware: Hardware, runs: readonly ProfiledRun[]): TrafficBytes {
  const bytes = elementBytesOf(hardware);
  const loaded = [0, 0, 0, 0, 0];
  let stored = 0;
  let instructions = 0;
  for (const { plan } of runs) {
    instructions += plan.count;
    for (let i = 0; i < plan.count; i++) {
      const work = plan.work[i];
      if (work !== WORK.LOAD && work !== WORK.STORE) continue;
      const sizes = plan.words[plan.at + i * INSN_WORDS + 2]!;
      const moved = (sizes & 0xffff) * (sizes >>> 16);
      if (work === WORK.STORE) stored += moved;
      else loaded[plan.client[i]!]! += moved * loadedElementBytes(bytes, plan, i);
    }
  }
  return {
    instructions: instructions * INSN_BYTES,
    uop: loaded[CLIENT.UOP]!,
    inp: loaded[CLIENT.INP]!,
    wgt: loaded[CLIENT.WGT]!,
    acc: loaded[CLIENT.ACC]!,
    out: stored * bytes.out,
  };
}

function gemmStepsOf(plan: StreamPlan): number {
  let steps = 0;
  for (let i = 0; i < plan.count; i++) {
    if (plan.work[i] === WORK.GEMM && !isReset(plan, i)) steps += plan.steps[i]!;
  }
  return steps;
}

function statementCosts(runs: readonly ProfiledRun[], cycles: number): StatementCost[] {
  interface Sums {
    readonly statement: string;
    readonly module: ModuleName;
    instructions: number;
    work: number;
    memory: number;
    tokens: number;
  }
  const costs = new Map<string, Sums>();
  for (const run of runs) {
    const { plan, timing, callerOf } = run;
    const texts = new Map<string, string>();
    for (let i = 0; i < plan.count; i++) {
      if (timing.end[i]! < 0) continue;
      const caller = callerOf(i);
      const place = caller === undefined ? `${plan.work[i]}` : `${caller.start}:${caller.end}`;
      const text = texts.get(place) ?? statementOf(run, i);
      texts.set(place, text);
      const module = STAGE_NAMES[plan.module[i]!]!;
      const key = `${module} ${place} ${text}`;
      let sums = costs.get(key);
      if (sums === undefined) {
        sums = { statement: text, module, instructions: 0, work: 0, memory: 0, tokens: 0 };
        costs.set(key, sums);
      }
      sums.instructions++;
      sums.work += timing.end[i]! - timing.start[i]!;
      sums.memory += timing.waitBus[i]! + timing.waitLatency[i]! + timing.waitWrite[i]!;
      sums.tokens += timing.start[i]! - timing.head[i]! - 1;
    }
  }
  return [...costs.values()]
    .map((sums) => ({ ...sums, share: cycles === 0 ? 0 : sums.work / cycles }))
    .sort((a, b) => b.work - a.work);
}
