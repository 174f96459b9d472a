/** An executed instruction, as a trace remembers it. */

import type { Instruction } from "../hardware";
import type { Accesses, Extent } from "./accesses";

/** The statement that recorded an instruction: `text().slice(start, end)` of a program's text. */
export interface CallingStatement {
  readonly text: () => string;
  readonly start: number;
  readonly end: number;
}

/** In the order of their numbers and of data. */
export const STAGE_NAMES = ["load", "compute", "store"] as const;
export type StageName = (typeof STAGE_NAMES)[number];
/** Token queues: `l2g` is filled by load and emptied by compute (GEMM), and so on. */
export type TokenName = "l2g" | "g2l" | "g2s" | "s2g";

export interface TraceEntry extends Accesses {
  /** Counts the runs of the accelerator; a call of a program makes one, a very long one several. */
  readonly run: number;
  /** The instruction's number in the run's stream. */
  readonly index: number;
  /** Physical address of the instruction. */
  readonly address: number;
  readonly stage: StageName;
  readonly instruction: Instruction;
  readonly popped: readonly TokenName[];
  readonly pushed: readonly TokenName[];
  /** When it was executed; only a simulation that knows cycles tells. */
  readonly cycles?: Extent;
  /**
   * For each element of `sramWrites`, in order, the first numbers in it after the instruction; missing for
   * micro-ops, where no values are computed, and in long traces.
   */
  readonly values?: readonly (readonly number[])[];
  /** The statement that recorded it, where compiled code did. */
  readonly caller?: CallingStatement;
}
