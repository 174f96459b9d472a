/** Runs the cells of execute requests: one at a time, in order, from text to outputs. */

import type { CellReport, CommPacket } from "../evaluator/messages";
import type { Conversion, LanguageClient } from "../language";
import { EvaluatorHandle } from "../hosts/node/evaluator-handle";
import type { Channels, Json, Message } from "../wire";
import {
  diagnosticsError,
  plainError,
  thrownError,
  warningsText,
  type ErrorContent,
} from "./errors";
import type { Evaluator } from "./evaluator";
import { helpTopic } from "./help-topic";
import { History } from "./history";
import { nextTurn } from "../hosts/node/turns";
import { inspectionBundle } from "./inspection-text";
import { Outputs } from "./outputs";
import { BadRequest, executeRequest, type ExecuteRequest } from "./requests";
import { Sources } from "./sources";

/** The executor's events for the kernel. */
export interface ExecutorListener {
  /** The execution state has changed. */
  status(state: "busy" | "idle", request: Message): void;
  comm(packet: CommPacket): void;
  /** The session's variables are lost, and its comms are closed. */
  sessionLost(): void;
}

/** Milliseconds for the compiler to finish an interrupted cell; a new compiler takes a second to start. */
const COMPILER_TIMEOUT_MS = 500;

interface Result {
  readonly error: ErrorContent | undefined;
  readonly bundle: { data: Json; metadata: Json } | undefined;
}

export class Executor {
  readonly history = new History();
  readonly evaluator: Evaluator;
  /** The type declarations of earlier cells. */
  declarations = "";
  /** The running request. */
  current: Message | undefined;

  private readonly queue: Message[] = [];
  private readonly outputs: Outputs;
  private readonly sources = new Sources();
  private executionCount = 0;
  private unnumbered = 0;
  private interrupted = false;
  private running = false;
  /** The pending answer of the compiler. */
  private compiling: Promise<Conversion> | undefined;

  constructor(
    private readonly sockets: Channels,
    private readonly language: LanguageClient,
    folder: string,
    private readonly listener: ExecutorListener,
  ) {
    this.outputs = new Outputs(sockets);
    const events = {
      report: (report: CellReport) => this.receive(report),
      lost: (reason: string) => this.outputs.error(this.sessionLost(reason)),
    };
    this.evaluator = new EvaluatorHandle(events, folder);
  }

  enqueue(request: Message): void {
    this.queue.push(request);
    if (!this.running) void this.work();
  }

  interrupt(): void {
    this.interrupted = true;
    this.evaluator.interrupt();
    const { compiling } = this;
    if (compiling === undefined) return;
    setTimeout(() => {
      if (this.compiling === compiling) this.language.abort();
    }, COMPILER_TIMEOUT_MS);
  }

  private async work(): Promise<void> {
    this.running = true;
    for (let request = this.queue.shift(); request !== undefined; request = this.queue.shift()) {
      this.current = request;
      const started = new Date().toISOString();
      this.listener.status("busy", request);
      const content = await this.runRequest(request);
      this.outputs.flush();
      this.sockets.reply("shell", request, "execute_reply", content, { started });
      this.current = undefined;
      this.listener.status("idle", request);
    }
    this.running = false;
  }

  /** Runs a request; any error becomes the reply. */
  private async runRequest(message: Message): Promise<Json> {
    try {
      return await this.execute(message, executeRequest(message.content));
    } catch (error) {
      const { name, message: text } = error as Error;
      const content = plainError(name, text);
      // A refused request has no outputs.
      if (!(error instanceof BadRequest)) this.outputs.error(content);
      return { status: "error", execution_count: this.executionCount, ...content };
    }
  }

  private async execute(message: Message, request: ExecuteRequest): Promise<Json> {
    const { code, silent, storeHistory } = request;
    if (storeHistory) {
      this.executionCount += 1;
      this.history.add(this.executionCount, code);
    }
    const executionCount = this.executionCount;
    this.interrupted = false;
    this.outputs.belongTo(message, silent);
    if (!silent) {
      const input = { code, execution_count: executionCount };
      this.sockets.publish(message, "execute_input", input);
    }

    const topic = helpTopic(code);
    if (topic !== undefined) return this.help(topic, executionCount);
    const name = storeHistory ? `cell [${executionCount}]` : `unnumbered cell ${++this.unnumbered}`;
    const { error, bundle } = await this.run(name, code, request.allowStdin, true);
    if (error !== undefined) {
      this.outputs.error(error);
      // A failed silent request does not abort the queue, as in IPython.
      if (request.stopOnError && !silent) await this.abortQueue();
      return { status: "error", execution_count: executionCount, ...error };
    }
    if (bundle !== undefined) {
      this.outputs.result(bundle, executionCount);
      if (storeHistory) this.history.setOutput(String(bundle.data["text/plain"]));
    }
    const expressions: Json = {};
    for (const [key, expression] of Object.entries(request.userExpressions)) {
      expressions[key] = await this.userExpression(expression);
    }
    return {
      status: "ok",
      execution_count: executionCount,
      user_expressions: expressions,
      payload: [],
    };
  }

  /** Answers `name?` with the documentation of the name, for the front end's pager. */
  private async help(topic: string, executionCount: number): Promise<Json> {
    const inspection = await this.language.inspect(this.declarations, topic, topic.length);
    const data =
      inspection === undefined
        ? { "text/plain": `There is no documentation of ${topic}.` }
        : inspectionBundle(inspection);
    return {
      status: "ok",
      execution_count: executionCount,
      user_expressions: {},
      payload: [{ source: "page", data, start: 0 }],
    };
  }

  private async userExpression(expression: string): Promise<Json> {
    const { error, bundle } = await this.run("user expression", expression, false, false);
    if (error !== undefined) return { status: "error", ...error };
    return { status: "ok", data: bundle?.data ?? {}, metadata: bundle?.metadata ?? {} };
  }

  /** Compiles and runs a cell; with `declare`, later cells can use its names. */
  private async run(
    name: string,
    code: string,
    allowStdin: boolean,
    declare: boolean,
  ): Promise<Result> {
    const failed = (error: ErrorContent): Result => ({ error, bundle: undefined });
    this.sources.addCell(name, code);
    const conversion = await this.compile(name, code);
    if (conversion === undefined || (conversion.ok && this.interrupted)) {
      return failed(plainError("Interrupted", "the cell was interrupted"));
    }
    if (!conversion.ok) {
      return failed(diagnosticsError(conversion.diagnostics, name, this.sources));
    }
    // Not on stderr, which graders of notebooks treat as a failure.
    const warnings = warningsText(conversion.warnings, name, this.sources);
    if (warnings !== "") this.outputs.stream("stdout", warnings);
    // Also if the cell fails: variables declared before the failure can be used.
    const before = this.declarations;
    if (declare) this.declarations = conversion.declarations;
    const end = await this.evaluator.run(conversion.cell, conversion.modules, allowStdin);
    switch (end.status) {
      case "ok":
        return { error: undefined, bundle: end.result };
      case "error":
        return failed(thrownError(end.error, this.sources));
      case "lost":
        return failed(this.sessionLost(end.reason));
      case "stopped":
        this.declarations = before;
        this.listener.sessionLost();
        return failed(plainError("Interrupted", stoppedText(end.kept, end.lost)));
    }
  }

  /** Compiles a cell; undefined if the user interrupted. */
  private async compile(name: string, code: string): Promise<Conversion | undefined> {
    this.compiling = this.language.convert(this.declarations, code, name);
    try {
      return await this.compiling;
    } catch (error) {
      if (this.interrupted) return undefined;
      throw error;
    } finally {
      this.compiling = undefined;
    }
  }

  private sessionLost(reason: string): ErrorContent {
    this.declarations = "";
    this.listener.sessionLost();
    return plainError(
      "SessionLost",
      `${reason}: all variables are lost; rerun the cells that define them`,
    );
  }

  /** Aborts the requests that arrived before the reply to the failed one. */
  private async abortQueue(): Promise<void> {
    // Requests that the sockets have already received belong to the same run of cells.
    await nextTurn();
    for (const request of this.queue.splice(0)) {
      this.listener.status("busy", request);
      this.sockets.reply("shell", request, "execute_reply", {
        status: "aborted",
        execution_count: this.executionCount,
      });
      this.listener.status("idle", request);
    }
  }

  private receive(report: CellReport): void {
    switch (report.kind) {
      case "stream":
        this.outputs.stream(report.name, report.text);
        return;
      case "display":
        this.outputs.display(report.bundle, report.id, report.update);
        return;
      case "clear":
        this.outputs.clear(report.wait);
        return;
      case "failure":
        this.outputs.error(thrownError(report.error, this.sources));
        return;
      case "comm":
        this.outputs.flush();
        this.listener.comm(report.packet);
        return;
      case "ask":
        this.requestInput(report.prompt);
    }
  }

  private requestInput(prompt: string): void {
    this.outputs.flush();
    // The interrupt arrived just before the prompt.
    if (this.current === undefined || this.interrupted) {
      this.evaluator.sendInput(undefined);
      return;
    }
    this.sockets.reply("stdin", this.current, "input_request", { prompt, password: false });
  }
}

/** Describes the session after it was restarted to stop a cell. */
function stoppedText(kept: readonly string[], lost: readonly string[]): string {
  const parts = ["the cell was stopped"];
  if (kept.length > 0) parts.push(`kept: ${kept.join(", ")}`);
  if (lost.length > 0) {
    parts.push(`lost: ${lost.join(", ")}; Run > Run All Above Selected Cell restores them`);
  }
  return parts.join("; ");
}
