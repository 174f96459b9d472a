/**
 * The accelerator with values and cycles: what `TARGET: "tsim"` runs on.
 *
 * Time does not depend on values, so each run is timed first and computed after, by the functional
 * simulator in its own order: a race changes a warning and never a result.
 */

import { DeviceError } from "tvm-ts";
import type { Accelerator, Dram, InstructionObserver, Profiler, Timeline } from "../../accelerator";
import type { Hardware } from "../../hardware";
import { FunctionalSimulator, type FunctionalSimulatorOptions } from "../functional";
import { cycleModel, type CycleModel, type CyclePreset } from "./model";
import { runTimeline } from "./run-timeline";
import { timeStream } from "./simulate";
import { planStream } from "./stream-plan";
import type { Timing } from "./timing";

export interface CycleSimulatorOptions extends FunctionalSimulatorOptions {
  /** The hardware's timing; `"de10"`, the reference's tsim, if left out. */
  readonly model?: CyclePreset | CycleModel;
}

export class CycleSimulator implements Accelerator {
  readonly model: CycleModel;
  private readonly functional: FunctionalSimulator;
  /** Tokens that the last run left in the semaphores. */
  private tokens: Float64Array | undefined;
  private timing: Timing | undefined;
  private timeline: (() => Timeline) | undefined;

  constructor(
    private readonly hardware: Hardware,
    readonly dram: Dram,
    options: CycleSimulatorOptions = {},
  ) {
    this.model = cycleModel(options.model);
    this.functional = new FunctionalSimulator(hardware, dram, options);
    this.counters.countsCycles = true;
  }

  /** Cycles too. With `skipExecution` nothing but these and the micro-ops is computed. */
  get counters(): Profiler {
    return this.functional.counters;
  }

  /** When each instruction of the last run was at its queue's head, started and ended. */
  get lastRun(): Timing | undefined {
    return this.timing;
  }

  resetTokens(): void {
    this.tokens = undefined;
    this.functional.resetTokens();
  }

  observe(observer: InstructionObserver): () => void {
    const { record } = observer;
    if (record === undefined) return this.functional.observe(observer);
    return this.functional.observe({
      startRun: (address, count) => observer.startRun(address, count, this.timeline),
      record: (executed, uopAt, valuesAt) => {
        const { start, end } = this.timing!;
        const cycles = { begin: start[executed.index]!, end: end[executed.index]! };
        observer.record!({ ...executed, cycles }, uopAt, valuesAt);
      },
    });
  }

  run(address: number, count: number, waitCycles: number): void {
    this.functional.checkStream(address, count);
    const plan = planStream(this.hardware, this.dram.words, address / 4, count);
    let timing: Timing;
    try {
      const { model, tokens } = this;
      timing = timeStream(this.hardware, plan, {
        model,
        address,
        ...(tokens !== undefined && { tokens }),
      });
    } catch (error) {
      // A program that never ends has its reason in its tokens, which the functional simulator names.
      this.functional.run(address, count, waitCycles);
      throw error;
    }
    if (timing.cycles > waitCycles) {
      throw new DeviceError(
        "vta-endless",
        `the program takes ${timing.cycles} cycles and is not finished after ${waitCycles}`,
      );
    }
    const { tokens } = this;
    this.timing = timing;
    this.timeline = () => runTimeline(plan, timing, tokens);
    this.functional.run(address, count, Infinity);
    this.tokens = timing.tokens;
    this.counters.cycles += timing.cycles;
  }
}
