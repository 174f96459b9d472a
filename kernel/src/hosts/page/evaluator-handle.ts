/** The kernel's end of the evaluator, a worker of the page. */

import type { Command } from "../../evaluator/messages";
import { uuid } from "../../wire";
import type { CellEnd, Evaluator, EvaluatorListener } from "../../kernel";
import type { CompiledCell, CompiledSource } from "../../language";
import type { SessionCopy } from "../node/session-copy";
import type { PageCommand, PageReport } from "./evaluator-channel";
import { answerEvaluator, assetUrl, canWait } from "./page-services";

/** How long a cell has to take an interrupt before it counts as computing. */
const PATIENCE_MS = 300;

export class EvaluatorHandle implements Evaluator {
  private worker: Worker | undefined;
  /** What would be left of the session if the worker were ended now. */
  private copy: SessionCopy = { values: {}, lost: [] };
  private settleCell: ((end: CellEnd) => void) | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  /** All compiled files so far, since a new worker has none. */
  private readonly modules = new Map<string, CompiledSource>();

  private id = "";
  private asking = false;

  constructor(
    private readonly listener: EvaluatorListener,
    private readonly folder: string,
  ) {}

  start(): void {
    this.running();
  }

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
      this.send({ kind: "run", cell, allowStdin: allowStdin && canWait() });
    });
  }

  send(command: Command): void {
    this.post(command);
  }

  answer(text: string | undefined): void {
    if (!this.asking) return;
    this.asking = false;
    answerEvaluator(this.id, text);
  }

  /** Stops what waits, or the worker with what computes. */
  interrupt(): void {
    if (this.worker === undefined || this.patience !== undefined) return;
    if (this.asking) {
      this.answer(undefined);
      return;
    }
    this.post({ kind: "interrupt" });
    this.patience = setTimeout(() => {
      this.patience = undefined;
      this.stopCell();
    }, PATIENCE_MS);
  }

  async stop(): Promise<void> {
    this.end();
  }

  private running(): Worker {
    if (this.worker !== undefined) return this.worker;
    this.id = uuid();
    const url = assetUrl("evaluator-worker.js", { folder: this.folder, id: this.id });
    const worker = new Worker(url, { type: "module" });
    this.worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<PageReport>) => {
      if (this.worker === worker) this.receive(data);
    });
    worker.addEventListener("error", ({ message }) => {
      if (this.worker === worker) this.lose(`the worker that runs the cells failed (${message})`);
    });
    if (this.modules.size > 0) this.post({ kind: "modules", modules: [...this.modules.values()] });
    return worker;
  }

  private post(command: PageCommand): void {
    this.running().postMessage(command);
  }

  private receive(report: PageReport): void {
    switch (report.kind) {
      case "ready":
      case "exiting":
        return;
      case "interrupted":
        clearTimeout(this.patience);
        this.patience = undefined;
        return;
      case "ask":
        this.asking = true;
        break;
      case "copy":
        this.copy = report.copy;
        return;
      case "done":
        this.endCell(report.outcome);
        return;
    }
    this.listener.report(report);
  }

  private endCell(end: CellEnd): void {
    const settle = this.settleCell;
    this.settleCell = undefined;
    this.asking = false;
    settle?.(end);
  }

  private end(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.worker?.terminate();
    this.worker = undefined;
  }

  /** Ends the worker and goes on in another one with what was copied. */
  private stopCell(): void {
    this.end();
    this.start();
    const { values, lost } = this.copy;
    this.post({ kind: "restore", copy: this.copy });
    this.endCell({ status: "stopped", kept: Object.keys(values), lost });
  }

  private lose(reason: string): void {
    this.end();
    this.copy = { values: {}, lost: [] };
    this.start();
    if (this.settleCell === undefined) this.listener.lost(reason);
    else this.endCell({ status: "lost", reason });
  }
}
