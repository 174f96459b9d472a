/**
 * The accelerator with values and cycles, for `TARGET: "tsim"`.
 *
 * Time does not depend on values, so each run is timed first and computed afterwards by the
 * functional simulator, in its order: a race causes a warning and never another result.
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
  /** The semaphores' tokens after the last run. */
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

  /** The counters, with cycles. With `skipExecution`, only counters and micro-ops are computed. */
  get counters(): Profiler {
    return this.functional.counters;
  }

  /** When each instruction of the last run reached its queue's head, started and ended. */
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
      // If a program never ends, the functional simulator reports the tokens that cause it.
      this.functional.run(address, count, waitCycles);
      throw error;
    }
    if (timing.cycles > waitCycles) {
      throw new DeviceError(
        "vta-endless",
        `the program takes ${timing.cycles} cycles, more than the limit of ${waitCycles}`,
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
