/** The cycles of a program on the hardware, by module and by statement, with their causes. */

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

/** Bytes transferred between DRAM and the accelerator. */
export interface TrafficBytes {
  readonly instructions: number;
  readonly uop: number;
  readonly inp: number;
  readonly wgt: number;
  readonly acc: number;
  readonly out: number;
}

/** A point of the roofline model; operations are multiply-accumulates. */
export interface RooflinePoint {
  /** Operations per byte of DRAM traffic. */
  readonly intensity: number;
  /** Operations per cycle. */
  readonly achieved: number;
  /** The most operations per cycle of the GEMM core, and of the bus at this intensity. */
  readonly computePeak: number;
  readonly memoryPeak: number;
}

/** The cost of a statement of the lowered program. */
export interface StatementCost {
  /** The statement's text, or the instruction's name if compiled code did not record it. */
  readonly statement: string;
  readonly module: ModuleName;
  readonly instructions: number;
  /** Cycles in which its instructions worked, waited for memory, and waited for tokens. */
  readonly work: number;
  readonly memory: number;
  readonly tokens: number;
  /** Its work as a fraction of all cycles. */
  readonly share: number;
}

const MODULES: readonly ModuleName[] = ["fetch", "load", "compute", "store"];

export class Profile {
  /** Cycles of all runs. */
  readonly cycles: number;
  /** By module: cycles by cause, which add up to `cycles`. */
  readonly modules: ModuleStalls;
  readonly bytes: TrafficBytes;
  /** Computed block products; the peak is one per cycle. */
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

  /**
   * The hazards of all runs: programs that are correct in the functional simulator and wrong on a
   * board.
   */
  get hazards(): readonly Hazard[] {
    return this.runs.flatMap(({ hazards }) => hazards());
  }

  /** Block products per cycle, at most 1. */
  get gemmUtilization(): number {
    return this.cycles === 0 ? 0 : this.gemmSteps / this.cycles;
  }

  get totalBytes(): number {
    return Object.values(this.bytes).reduce((sum: number, value: number) => sum + value, 0);
  }

  /** Bytes per cycle; the bus moves at most `model.busBits / 8` in each direction. */
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

  /** Costs by statement of the lowered program, the highest first. */
  get statements(): readonly StatementCost[] {
    return statementCosts(this.runs, this.cycles);
  }

  /** Costs by stage of the schedule, the highest first. */
  get stages(): readonly StageCost[] {
    return stageCosts(this.hardware, this.runs, this.cycles);
  }

  /** The stages' activity at every cycle, and the critical path. */
  get timeline(): Timeline {
    return joinTimelines(
      this.runs.map(({ plan, timing, tokens }) => runTimeline(plan, timing, tokens)),
    );
  }

  /** All instructions with their cycles, their on-chip accesses and their tokens. */
  trace(options: Pick<ExecutionTraceOptions, "limit"> = {}): ExecutionTrace {
    return profileTrace(this.hardware, this.runs, options);
  }

  /**
   * The program's bottlenecks and the changes that remove them, the greatest gain first. A gain is
   * measured by simulating the changed stream.
   */
  explain(): readonly Advice[] {
    const { hardware, model, runs } = this;
    return (this.advice ??= runs
      .flatMap((run) => explainRun(hardware, model, run))
      .sort((a, b) => b.gain - a.gain));
  }

  /** This profile's cycles minus another's, by module and cause. */
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

  /** A native TrackEvent trace for ui.perfetto.dev; a cycle is a nanosecond. */
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

/** A row for each profile with the main figures, for `console.table` or a DataFrame. */
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
