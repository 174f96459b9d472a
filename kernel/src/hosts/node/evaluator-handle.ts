/** The kernel's end of the evaluator process: starts it, sends commands, and detects how it ends. */

import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import type { EvaluatorListener } from "../../kernel";
import { CellRunner } from "../../kernel/cell-runner";
import type { Answer, Command, Report } from "../../evaluator/messages";
import { descriptors } from "./descriptors";
import { encodeFrame, FrameReader } from "./frames";

/**
 * Options of the process: only the user writes to stderr, and Node tolerates that V8's termination unwinds
 * its stack of asynchronous contexts, which the evaluator repairs.
 */
const nodeOptions = ["--no-warnings", "--no-force-async-hooks-checks"];

/** Milliseconds to hold back text that bypasses the evaluator on its standard streams. */
const RAW_OUTPUT_MS = 100;
/** Milliseconds that the process has to end by itself. */
const EXIT_MS = 500;

/** V8's message for a fatal error, and the start of the text before it. */
const fatalError = /^(?:FATAL|.*[Ff]atal error|.*out of memory).*$/m;
const crashOutput = new RegExp(`^<--- Last few GCs --->|${fatalError.source}`, "m");

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
      // Leads a process group, to which cells' child processes belong.
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
    // A process that ends breaks its pipes; its end is handled below.
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
      // Text on stderr can arrive after the exit; child processes can keep the stream open.
      await Promise.race([silent, new Promise((resolve) => setTimeout(resolve, RAW_OUTPUT_MS))]);
      this.sessionEnded(child, how);
    });
    this.sendModules();
  }

  send(command: Command): void {
    this.write(descriptors.commands, encodeFrame(command));
  }

  protected sendAnswer(text: string | undefined): void {
    this.write(descriptors.answers, encodeFrame({ text } satisfies Answer));
  }

  /** Interrupts the evaluator; its variables stay. */
  interrupt(): void {
    if (this.asking) this.sendInput(undefined);
    else this.write(descriptors.interrupts, Buffer.of(1));
  }

  /** Ends the process, by a kill if it does not exit in time. */
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

  /** Forwards text that child processes or native code wrote to the standard streams. */
  private forwardRawOutput(child: ChildProcess): void {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.listener.report({ kind: "stream", name: "stdout", text });
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      // V8's text at a crash belongs to the error, not to the user's stderr.
      if (this.rawErrors === "") setTimeout(() => this.forwardRawErrors(child), RAW_OUTPUT_MS);
      this.rawErrors += text;
    });
  }

  private forwardRawErrors(child: ChildProcess): void {
    if (this.child !== child || this.rawErrors === "" || crashOutput.test(this.rawErrors)) return;
    this.listener.report({ kind: "stream", name: "stderr", text: this.rawErrors });
    this.rawErrors = "";
  }

  private sessionEnded(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    const crashMessage = fatalError.exec(this.rawErrors)?.[0];
    const reason =
      this.exitCode === undefined
        ? `the process that runs the cells died (${how}${crashMessage === undefined ? "" : `: ${crashMessage}`})`
        : `process.exit(${this.exitCode}) ended the session`;
    // If it dies at startup, it is not restarted now: the next cell does, and reports the failure.
    if (this.ready) this.start();
    this.endLost(reason);
  }
}
