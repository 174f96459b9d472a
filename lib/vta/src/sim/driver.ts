/**
 * What the runtime needs of an accelerator: a memory it shares with it, and a way to start it.
 * The functional simulator is one, the cycle simulator another.
 */

import type { Dram } from "./dram";
import type { ExecutionTrace } from "./trace";

export interface Driver {
  readonly dram: Dram;
  /**
   * Runs instructions that lie in DRAM and returns when all have been executed.
   *
   * @param address physical address of the first instruction, 16 bytes each; the last is a FINISH
   * @param count how many there are
   * @param waitCycles gives up after so many cycles; a simulator without cycles counts micro-ops
   * @throws DeviceError when an instruction is malformed, reaches outside a memory, or waits for a
   *   token that nobody will send
   */
  run(address: number, count: number, waitCycles: number): void;
  /** Set to have it told what each instruction does, as long as it is set. */
  trace: ExecutionTrace | undefined;
  /** A call of a program begins: what is counted from here on is the call's. */
  startCall(): void;
  /** Empties the token queues between the stages: what an earlier program left does not count. */
  reset(): void;
}
