/** What runs the cells, as the kernel sees it. */

import type { CellReport, Command, Outcome } from "../evaluator/messages";
import type { CompiledCell, CompiledSource } from "../language";

/** How a cell ended; `lost` when the variables are gone with it, and why. */
export type CellEnd =
  | Outcome
  | { readonly status: "lost"; readonly reason: string }
  /** The session was ended to stop the cell, and begun anew with copies of variables. */
  | {
      readonly status: "stopped";
      readonly kept: readonly string[];
      readonly lost: readonly string[];
    };

export interface EvaluatorListener {
  report(report: CellReport): void;
  /** It ended while no cell ran, and with it the session's variables. */
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
  /** Answers the cell that asked; without a text, the question counts as interrupted. */
  sendInput(text: string | undefined): void;
  /** Stops whatever it does. */
  interrupt(): void;
  /** Ends it, gently at first. */
  stop(): Promise<void>;
}
