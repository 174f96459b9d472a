/**
 * What the runtime needs of an accelerator: a memory it shares with it, and a way to start it.
 * The functional simulator is one, the cycle simulator another, a board a third.
 */

import type { MicroOp } from "../hardware";
import type { Dram } from "./dram";
import type { Profiler } from "./profiler";
import type { Timeline } from "./timeline";
import type { TraceEntry } from "./trace-entry";

export interface Accelerator {
  readonly dram: Dram;
  /** What the instructions moved and computed. */
  readonly counters: Profiler;
  /**
   * Runs instructions that are stored in DRAM and returns when all have been executed.
   *
   * @param address physical address of the first instruction, 16 bytes each; the last is a FINISH
   * @param count how many there are
   * @param waitCycles gives up after so many cycles; a simulator without cycles counts micro-ops
   * @throws DeviceError when an instruction is malformed, reaches outside a memory, or waits for a
   *   token that is never pushed
   */
  run(address: number, count: number, waitCycles: number): void;
  /** Empties the token queues between the stages: what an earlier program left does not count. */
  resetTokens(): void;
  /**
   * Reports each instruction to `observer` from now on.
   * @returns what ends it.
   */
  observe(observer: InstructionObserver): () => void;
}

/** An instruction that has just been executed. */
export type ExecutedInstruction = Pick<
  TraceEntry,
  "index" | "address" | "stage" | "instruction" | "popped" | "pushed" | "cycles"
>;

/** The numbers in an element on chip as they are now; missing where no values are computed. */
export type ValuesAt = (memory: "INP" | "WGT" | "ACC", element: number) => readonly number[];

export interface InstructionObserver {
  /**
   * A run of `count` instructions begins, the first of which is at the physical address `address`.
   * @param timeline where cycles are known: what the stages do, and when
   */
  startRun(address: number, count: number, timeline?: () => Timeline): void;
  /**
   * Each instruction, for observers that look at them; the others cost nothing.
   * @param uopAt the micro-op at an index, as the micro-op memory holds it now
   */
  record?(
    executed: ExecutedInstruction,
    uopAt: (index: number) => MicroOp,
    valuesAt?: ValuesAt,
  ): void;
}
