/** Records what instructions do, for views and for tests of schedules. */

import type { Hardware, MicroOp } from "../hardware";
import type { ExecutedInstruction, InstructionObserver, ValuesAt } from "./accelerator";
import { accessesOf, countInstruction, type OnChipAccess } from "./accesses";
import { memoryUse, type MemoryUse } from "./memory-use";
import { Profiler, type ProfilerStats } from "./profiler";
import { joinTimelines, type Timeline } from "./timeline";
import type { CallingStatement, TraceEntry } from "./trace-entry";

export interface ExecutionTraceOptions {
  /** The most recorded instructions; later ones are only counted. 100 000 if left out. */
  readonly limit?: number;
  /** The statement that recorded instruction `index` of the current stream. */
  readonly callerOf?: (index: number) => CallingStatement | undefined;
}

const LIMIT = 100_000;
/** The most values kept per element, and in total: a notebook stores them. */
const VALUES_OF_ELEMENT = 16;
const ALL_VALUES = 32_768;

/** The message of a trace or profile without instructions. */
export const NOTHING_RAN =
  "the accelerator ran no instruction: mark the stages' loops with pragma(axis, env.dmaCopy) or " +
  "pragma(axis, env.alu), or tensorize one with env.gemm";

/** A trace of an accelerator's runs. `vta.trace` creates it; a notebook displays it. */
export class ExecutionTrace implements InstructionObserver {
  /** In the order of execution. */
  readonly entries: TraceEntry[] = [];
  /** Runs so far. */
  runs = 0;
  /** Instructions that were executed after `limit` instructions. */
  dropped = 0;
  private readonly timelines: (() => Timeline)[] = [];
  private readonly limit: number;
  private roomForValues = ALL_VALUES;
  private readonly callerOf: (index: number) => CallingStatement | undefined;
  private readonly counter = new Profiler();

  constructor(
    readonly env: Hardware,
    { limit = LIMIT, callerOf = () => undefined }: ExecutionTraceOptions = {},
  ) {
    this.limit = limit;
    this.callerOf = callerOf;
  }

  /** DRAM traffic and work of all instructions, including those that are not recorded. */
  get stats(): ProfilerStats {
    return this.counter.stats;
  }

  /** The entries in program order: run by run, by their indices. */
  get stream(): readonly TraceEntry[] {
    return [...this.entries].sort((a, b) => a.run - b.run || a.index - b.index);
  }

  /** The use of each on-chip memory. */
  get memories(): readonly MemoryUse[] {
    return memoryUse(this.env, this.entries);
  }

  /** The stages' timeline; undefined if cycles are not known. */
  get timeline(): Timeline | undefined {
    const { timelines, runs } = this;
    if (runs === 0 || timelines.length < runs) return undefined;
    return joinTimelines(timelines.map((timeline) => timeline()));
  }

  startRun(_address?: number, _count?: number, timeline?: () => Timeline): void {
    this.runs++;
    if (timeline !== undefined) this.timelines.push(timeline);
  }

  record(step: ExecutedInstruction, uopAt: (index: number) => MicroOp, valuesAt?: ValuesAt): void {
    countInstruction(this.env, step.instruction, this.counter);
    if (this.entries.length >= this.limit) {
      this.dropped++;
      return;
    }
    const caller = this.callerOf(step.index);
    const accesses = accessesOf(this.env, step.instruction, step.address, uopAt);
    const values = valuesAt && this.valuesOf(accesses.sramWrites, valuesAt);
    this.entries.push({
      run: this.runs - 1,
      ...step,
      ...accesses,
      ...(values !== undefined && { values }),
      ...(caller !== undefined && { caller }),
    });
  }

  /** The written values, if the total limit allows it. */
  private valuesOf(
    writes: readonly OnChipAccess[],
    valuesAt: ValuesAt,
  ): (readonly number[])[] | undefined {
    const elements = writes.reduce((sum, { begin, end }) => sum + end - begin, 0);
    if (elements === 0 || elements * VALUES_OF_ELEMENT > this.roomForValues) return undefined;
    const values: (readonly number[])[] = [];
    for (const { memory, begin, end } of writes) {
      if (memory === "UOP") return undefined;
      for (let element = begin; element < end; element++) {
        values.push(valuesAt(memory, element).slice(0, VALUES_OF_ELEMENT));
      }
    }
    this.roomForValues -= elements * VALUES_OF_ELEMENT;
    return values;
  }
}
