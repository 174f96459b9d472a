/** The kernel's end of the evaluator, a process of its own: starts the process, sends it commands, notices how it ends. */

import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import type { EvaluatorListener } from "../../kernel";
import { CellRunner } from "../../kernel/cell-runner";
import type { Answer, Command, Report } from "../../evaluator/messages";
import { descriptors } from "./descriptors";
import { encodeFrame, FrameReader } from "./frames";

/**
 * Nothing is written to stderr that the user did not write, and V8's termination may unwind Node's
 * bookkeeping of asynchronous contexts, which the evaluator repairs.
 */
const nodeOptions = ["--no-warnings", "--no-force-async-hooks-checks"];

/** What was written past the evaluator to its standard streams is held back this long. */
const RAW_OUTPUT_MS = 100;
/** How long the process may take to end by itself. */
const EXIT_MS = 500;

/** How V8 says why a process ends, and what comes before that. */
const fatal = /^(?:FATAL|.*[Ff]atal error|.*out of memory).*$/m;
const dying = new RegExp(`^<--- Last few GCs --->|${fatal.source}`, "m");

export class EvaluatorHandle extends CellRunner {
  private child: ChildProcess | undefined;
  private ready = false;
  private exitCode: number | undefined;
  private rawErrors = "";

  constructor(
    listener: EvaluatorListener,
    private readonly folder: string,
  ) {
    super(listener);
  }

  start(): void {
    if (this.child !== undefined) return;
    const path = join(__dirname, "evaluator-main.js");
    const child = spawn(process.execPath, [...nodeOptions, path], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"],
      // Leads a process group, to which what cells start belongs.
      detached: true,
    });
    this.child = child;
    this.ready = false;
    this.exitCode = undefined;
    this.rawErrors = "";
    const reader = new FrameReader<Report>();
    const reports = child.stdio[descriptors.reports] as Readable;
    reports.on("data", (chunk: Buffer) => {
      for (const report of reader.push(chunk)) this.receive(report);
    });
    this.forwardRawOutput(child);
    // A process that ends breaks its pipes; that it ended is noticed below.
    for (const pipe of child.stdio) pipe?.on("error", () => undefined);
    const ended = Promise.all([
      new Promise((resolve) => reports.once("close", resolve)),
      new Promise<string>((resolve) => {
        child.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
        child.once("error", (error) => resolve(error.message));
      }),
    ]);
    const silent = new Promise((resolve) => child.stderr!.once("close", resolve));
    void ended.then(async ([, how]) => {
      // Its last words may come after it; children of its own may keep the stream open.
      await Promise.race([silent, new Promise((resolve) => setTimeout(resolve, RAW_OUTPUT_MS))]);
      this.lose(child, how);
    });
    this.sendModules();
  }

  send(command: Command): void {
    this.write(descriptors.commands, encodeFrame(command));
  }

  protected sendAnswer(text: string | undefined): void {
    this.write(descriptors.answers, encodeFrame({ text } satisfies Answer));
  }

  /** Stops whatever the evaluator does; its variables stay. */
  interrupt(): void {
    if (this.asking) this.sendInput(undefined);
    else this.write(descriptors.interrupts, Buffer.of(1));
  }

  /** Ends the process, gently at first. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    (child.stdio[descriptors.commands] as Duplex).write(encodeFrame({ kind: "exit" }));
    const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), EXIT_MS);
    await gone;
    clearTimeout(timer);
  }

  private write(descriptor: number, frame: Buffer): void {
    const stream = this.child?.stdio[descriptor] as Duplex | undefined;
    if (stream?.writable === true) stream.write(frame);
  }

  private receive(report: Report): void {
    switch (report.kind) {
      case "ready":
        this.ready = true;
        return;
      case "exiting":
        this.exitCode = report.code;
        return;
      case "done":
        this.endCell(report.outcome);
        return;
      case "ask":
        this.asking = true;
    }
    this.listener.report(report);
  }

  /** Passes on what child processes or native code wrote to the standard streams. */
  private forwardRawOutput(child: ChildProcess): void {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.listener.report({ kind: "stream", name: "stdout", text });
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      // The last words of a process that crashes belong to the error, not to the user's stderr.
      if (this.rawErrors === "") setTimeout(() => this.forwardRawErrors(child), RAW_OUTPUT_MS);
      this.rawErrors += text;
    });
  }

  private forwardRawErrors(child: ChildProcess): void {
    if (this.child !== child || this.rawErrors === "" || dying.test(this.rawErrors)) return;
    this.listener.report({ kind: "stream", name: "stderr", text: this.rawErrors });
    this.rawErrors = "";
  }

  private lose(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    const lastWords = fatal.exec(this.rawErrors)?.[0];
    const reason =
      this.exitCode === undefined
        ? `the process that runs the cells died (${how}${lastWords === undefined ? "" : `: ${lastWords}`})`
        : `process.exit(${this.exitCode}) ended the session`;
    // One that dies at once would do so again: the next cell tries, and tells.
    if (this.ready) this.start();
    this.endLost(reason);
  }
}
