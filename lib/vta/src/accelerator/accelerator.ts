/**
 * The runtime's interface to an accelerator: shared memory, and a method that runs it. Implemented
 * by the functional simulator, the cycle simulator and boards.
 */

import type { MicroOp } from "../hardware";
import type { Dram } from "./dram";
import type { Profiler } from "./profiler";
import type { Timeline } from "./timeline";
import type { TraceEntry } from "./trace-entry";

export interface Accelerator {
  readonly dram: Dram;
  /** Counters of the work of instructions. */
  readonly counters: Profiler;
  /**
   * Runs instructions that are stored in DRAM and returns when all have been executed.
   *
   * @param address physical address of the first instruction, 16 bytes each; the last is a FINISH
   * @param count the number of instructions
   * @param waitCycles the limit in cycles; a simulator without cycles counts micro-ops
   * @throws DeviceError when an instruction is malformed, reaches outside a memory, or waits for a
   *   token that is never pushed
   */
  run(address: number, count: number, waitCycles: number): void;
  /** Empties the token queues between the stages, which an earlier program may have left filled. */
  resetTokens(): void;
  /**
   * Reports each instruction to `observer` from now on.
   * @returns a function that stops the reports.
   */
  observe(observer: InstructionObserver): () => void;
}

/** An executed instruction. */
export type ExecutedInstruction = Pick<
  TraceEntry,
  "index" | "address" | "stage" | "instruction" | "popped" | "pushed" | "cycles"
>;

/** The current values of an element on chip; undefined if no values are computed. */
export type ValuesAt = (memory: "INP" | "WGT" | "ACC", element: number) => readonly number[];

export interface InstructionObserver {
  /**
   * Called at the start of a run of `count` instructions, the first at the physical address
   * `address`.
   * @param timeline the run's timeline, if cycles are known
   */
  startRun(address: number, count: number, timeline?: () => Timeline): void;
  /**
   * Called after each instruction; leaving it out saves the time.
   * @param uopAt returns the micro-op that is currently at an index of the micro-op memory
   */
  record?(
    executed: ExecutedInstruction,
    uopAt: (index: number) => MicroOp,
    valuesAt?: ValuesAt,
  ): void;
}
