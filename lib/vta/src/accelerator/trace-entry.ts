/** An executed instruction in a trace. */

import type { Instruction } from "../hardware";
import type { Accesses, Extent } from "./accesses";

/** The statement that recorded an instruction: `text().slice(start, end)` of a program's text. */
export interface CallingStatement {
  readonly text: () => string;
  readonly start: number;
  readonly end: number;
}

/** In the order of their indices and of data. */
export const STAGE_NAMES = ["load", "compute", "store"] as const;
export type StageName = (typeof STAGE_NAMES)[number];
/** Token queues: load pushes to `l2g` and compute (GEMM) pops from it, and so on. */
export type TokenName = "l2g" | "g2l" | "g2s" | "s2g";

export interface TraceEntry extends Accesses {
  /**
   * The index of the accelerator's run; a program call makes one run, or several if it is very
   * long.
   */
  readonly run: number;
  /** The instruction's number in the run's stream. */
  readonly index: number;
  /** Physical address of the instruction. */
  readonly address: number;
  readonly stage: StageName;
  readonly instruction: Instruction;
  readonly popped: readonly TokenName[];
  readonly pushed: readonly TokenName[];
  /** When it was executed; only if the simulation counts cycles. */
  readonly cycles?: Extent;
  /**
   * The first values of each element of `sramWrites`, in order, after the instruction; undefined
   * for micro-ops, without values, and in long traces.
   */
  readonly values?: readonly (readonly number[])[];
  /** The statement that recorded it, if compiled code did. */
  readonly caller?: CallingStatement;
}
