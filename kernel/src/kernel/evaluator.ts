/** The evaluator's interface for the kernel. */

import type { CellReport, Command, Outcome } from "../evaluator/messages";
import type { CompiledCell, CompiledSource } from "../language";

/** How a cell ended; `lost` has the reason if the session's variables are lost. */
export type CellEnd =
  | Outcome
  | { readonly status: "lost"; readonly reason: string }
  /** The session was restarted to stop the cell, with copies of variables. */
  | {
      readonly status: "stopped";
      readonly kept: readonly string[];
      readonly lost: readonly string[];
    };

export interface EvaluatorListener {
  report(report: CellReport): void;
  /** It ended while no cell ran, and the session's variables are lost. */
  lost(reason: string): void;
}

export interface Evaluator {
  /** Starts it if it does not run. */
  start(): void;
  /** Runs a cell; there is at most one at a time. */
  run(
    cell: CompiledCell,
    modules: readonly CompiledSource[],
    allowStdin: boolean,
  ): Promise<CellEnd>;
  send(command: Command): void;
  /** Answers a cell's prompt; without a text, the prompt counts as interrupted. */
  sendInput(text: string | undefined): void;
  /** Interrupts it. */
  interrupt(): void;
  /** Ends it, by force if it does not exit in time. */
  stop(): Promise<void>;
}
