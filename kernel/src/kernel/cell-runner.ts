/**
 * The part of an evaluator's handle that all hosts share: the running cell, and the compiled files that it
 * can import.
 */

import type { Command } from "../evaluator/messages";
import type { CompiledCell, CompiledSource } from "../language";
import type { CellEnd, Evaluator, EvaluatorListener } from "./evaluator";

export abstract class CellRunner implements Evaluator {
  /** Whether the cell waits for an answer. */
  protected asking = false;
  private settleCell: ((end: CellEnd) => void) | undefined;
  /** All compiled files so far, for new evaluators. */
  private readonly modules = new Map<string, CompiledSource>();

  constructor(protected readonly listener: EvaluatorListener) {}

  abstract start(): void;
  abstract send(command: Command): void;
  abstract interrupt(): void;
  abstract stop(): Promise<void>;
  /** Sends an answer to the waiting cell. */
  protected abstract sendAnswer(text: string | undefined): void;

  run(
    cell: CompiledCell,
    modules: readonly CompiledSource[],
    allowStdin: boolean,
  ): Promise<CellEnd> {
    return new Promise((resolve) => {
      this.settleCell = resolve;
      this.start();
      for (const module of modules) this.modules.set(module.name, module);
      if (modules.length > 0) this.send({ kind: "modules", modules });
      this.send({ kind: "run", cell, allowStdin });
    });
  }

  sendInput(text: string | undefined): void {
    if (!this.asking) return;
    this.asking = false;
    this.sendAnswer(text);
  }

  /** Sends the compiled files to a new evaluator. */
  protected sendModules(): void {
    if (this.modules.size > 0) this.send({ kind: "modules", modules: [...this.modules.values()] });
  }

  protected endCell(end: CellEnd): void {
    const settle = this.settleCell;
    this.settleCell = undefined;
    this.asking = false;
    settle?.(end);
  }

  /** The evaluator ended, and the session's variables are lost. */
  protected endLost(reason: string): void {
    if (this.settleCell === undefined) this.listener.lost(reason);
    else this.endCell({ status: "lost", reason });
  }
}
