/** The kernel's end of the evaluator, a worker of the page. */

import type { Command } from "../../evaluator/messages";
import { uuid } from "../../wire";
import type { CellEnd, EvaluatorListener } from "../../kernel";
import { CellRunner } from "../../kernel/cell-runner";
import type { CompiledCell, CompiledSource } from "../../language";
import type { SessionCopy } from "../node/session-copy";
import type { PageCommand, PageReport } from "./evaluator-channel";
import { answerEvaluator, assetUrl, canWait, placeQuery } from "./page-services";

/** Milliseconds for a cell to handle an interrupt before it counts as computing. */
const INTERRUPT_TIMEOUT_MS = 300;

export class EvaluatorHandle extends CellRunner {
  private worker: Worker | undefined;
  /** The copied part of the session, which survives if the worker is terminated. */
  private copy: SessionCopy = { values: {}, lost: [] };
  private patience: ReturnType<typeof setTimeout> | undefined;
  private id = "";
  /** Set to stop loops; only cross-origin isolated pages share memory with their workers. */
  private flag: Int32Array | undefined;

  constructor(
    listener: EvaluatorListener,
    private readonly folder: string,
  ) {
    super(listener);
  }

  start(): void {
    this.running();
  }

  override run(
    cell: CompiledCell,
    modules: readonly CompiledSource[],
    allowStdin: boolean,
  ): Promise<CellEnd> {
    return super.run(cell, modules, allowStdin && canWait());
  }

  send(command: Command): void {
    this.post(command);
  }

  protected sendAnswer(text: string | undefined): void {
    answerEvaluator(this.id, text);
  }

  /** Interrupts a waiting cell, or terminates the worker of a computing one. */
  interrupt(): void {
    if (this.worker === undefined || this.patience !== undefined) return;
    if (this.asking) {
      this.sendInput(undefined);
      return;
    }
    if (this.flag !== undefined) Atomics.store(this.flag, 0, 1);
    this.post({ kind: "interrupt", isFlagged: this.flag !== undefined });
    this.patience = setTimeout(() => {
      this.patience = undefined;
      this.stopCell();
    }, INTERRUPT_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    this.end();
  }

  private running(): Worker {
    if (this.worker !== undefined) return this.worker;
    this.id = uuid();
    const place = placeQuery({ folder: this.folder, id: this.id });
    const worker = new Worker(assetUrl("evaluator-worker.js"), { type: "module", name: place });
    this.worker = worker;
    if (globalThis.crossOriginIsolated) {
      this.flag = new Int32Array(new SharedArrayBuffer(4));
      worker.postMessage({ kind: "flag", shared: this.flag } satisfies PageCommand);
    }
    worker.addEventListener("message", ({ data }: MessageEvent<PageReport>) => {
      if (this.worker === worker) this.receive(data);
    });
    // If the worker's file cannot be loaded, the event has no message.
    worker.addEventListener("error", ({ message = "it was not loaded" }: Partial<ErrorEvent>) => {
      if (this.worker === worker)
        this.sessionEnded(`the worker that runs the cells failed (${message})`);
    });
    this.sendModules();
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

  private end(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.worker?.terminate();
    this.worker = undefined;
  }

  /** Terminates the worker and continues in a new one with the copied variables. */
  private stopCell(): void {
    this.end();
    this.start();
    const { values, lost } = this.copy;
    this.post({ kind: "restore", copy: this.copy });
    this.endCell({ status: "stopped", kept: Object.keys(values), lost });
  }

  private sessionEnded(reason: string): void {
    // The next cell starts another; a worker that cannot be loaded would fail again at once.
    this.end();
    this.copy = { values: {}, lost: [] };
    this.endLost(reason);
  }
}
