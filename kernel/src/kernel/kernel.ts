/**
 * The kernel: answers front ends' requests.
 *
 * It delegates all long work, so it is always responsive: TypeScript and the cells run in separate threads or
 * processes.
 */

import type { CommPacket } from "../evaluator/messages";
import type { LanguageClient } from "../language";
import type { Channels, Json, Message, RequestChannel } from "../wire";
import { usage } from "../hosts/node/usage";
import { codePointsBefore, offsetOfCodePoint } from "./cursor";
import { plainError } from "./errors";
import { Executor } from "./executor";
import { helpTopic } from "./help-topic";
import { inspectionBundle } from "./inspection-text";
import { kernelInfo } from "./kernel-info";
import { BadRequest, flag, numberField, objectField, stringField } from "./requests";

/** The number of front ends' messages to keep, as parents of later replies. */
const MAX_PARENT_MESSAGES = 200;

/** The latest comm messages of front ends, which are the parents of their replies. */
class Causes {
  private readonly messages = new Map<string, Message>();

  add(message: Message): string {
    const id = message.header.msg_id;
    this.messages.set(id, message);
    for (const oldest of this.messages.keys()) {
      if (this.messages.size <= MAX_PARENT_MESSAGES) break;
      this.messages.delete(oldest);
    }
    return id;
  }

  get(id: string | undefined): Message | undefined {
    return id === undefined ? undefined : this.messages.get(id);
  }
}

type Handler = (request: Message) => Promise<Json | undefined> | Json | undefined;

export class Kernel {
  private readonly executor: Executor;
  /** The open comms' targets, by id. */
  private readonly comms = new Map<string, string>();
  private readonly causes = new Causes();
  private readonly handlers: Readonly<Record<string, Handler>>;

  /**
   * @param ended called when a front end has shut the kernel down
   * @param folder the notebook's folder
   */
  constructor(
    private readonly sockets: Channels,
    private readonly language: LanguageClient,
    private readonly ended: () => void,
    folder: string,
  ) {
    this.executor = new Executor(this.sockets, this.language, folder, {
      status: (state, request) => this.publishStatus(state, request),
      comm: (packet) => this.sendComm(packet),
      sessionLost: () => this.closeComms(),
    });
    this.handlers = {
      kernel_info_request: kernelInfo,
      complete_request: ({ content }) => this.complete(content),
      inspect_request: ({ content }) => this.inspect(content),
      is_complete_request: ({ content }) => this.isComplete(content),
      history_request: ({ content }) => ({
        status: "ok",
        history: this.executor.history.find(content),
      }),
      comm_info_request: ({ content }) => this.commInfo(content),
      comm_open: (request) => this.receiveComm("open", request),
      comm_msg: (request) => this.receiveComm("message", request),
      comm_close: (request) => this.receiveComm("close", request),
      usage_request: () => ({ status: "ok", ...usage() }),
      interrupt_request: () => {
        this.interrupt();
        return { status: "ok" };
      },
      shutdown_request: (request) => this.shutDown(request),
    };
  }

  /** Starts all parts; requests are answered once the promise resolves. */
  async start(): Promise<void> {
    this.executor.evaluator.start();
    await this.sockets.open((channel, message) => this.receive(channel, message));
    this.sockets.publish(undefined, "status", { execution_state: "starting" });
  }

  /** Interrupts the current cell. */
  interrupt(): void {
    this.executor.interrupt();
  }

  private receive(channel: RequestChannel, message: Message): void {
    const type = message.header.msg_type;
    if (channel === "stdin") {
      const { value } = message.content;
      if (type === "input_reply")
        this.executor.evaluator.sendInput(typeof value === "string" ? value : "");
    } else if (type === "execute_request") {
      if (channel === "shell") this.executor.enqueue(message);
    } else if (Object.hasOwn(this.handlers, type)) {
      void this.handle(channel, message, this.handlers[type]!);
    }
  }

  private async handle(channel: RequestChannel, request: Message, handler: Handler): Promise<void> {
    const started = new Date().toISOString();
    this.publishStatus("busy", request);
    const reply = await this.runHandler(request, handler);
    if (reply !== undefined) {
      const type = request.header.msg_type.replace("_request", "_reply");
      this.sockets.reply(channel, request, type, reply, { started });
    }
    this.publishStatus("idle", request);
  }

  private async runHandler(request: Message, handler: Handler): Promise<Json | undefined> {
    try {
      return await handler(request);
    } catch (error) {
      const { name, message } = error as Error;
      if (!(error instanceof BadRequest)) console.error(error);
      return { status: "error", ...plainError(name, message) };
    }
  }

  private publishStatus(state: "busy" | "idle", request: Message): void {
    this.sockets.publish(request, "status", { execution_state: state });
    const { current } = this.executor;
    // Front ends show the latest status, and a cell still runs.
    if (state === "idle" && current !== undefined && current !== request) {
      this.sockets.publish(current, "status", { execution_state: "busy" });
    }
  }

  private async complete(content: Json): Promise<Json> {
    const code = stringField(content, "code");
    const offset = offsetOfCodePoint(code, numberField(content, "cursor_pos"));
    const { declarations } = this.executor;
    const { start, end, items } = await this.language.complete(declarations, code, offset);
    const from = codePointsBefore(code, start);
    const to = codePointsBefore(code, end);
    return {
      status: "ok",
      matches: items.map(({ text }) => text),
      cursor_start: from,
      cursor_end: to,
      metadata: {
        _jupyter_types_experimental: items.map(({ text, kind, signature }) => ({
          start: from,
          end: to,
          text,
          type: kind,
          ...(signature !== undefined && { signature }),
        })),
      },
    };
  }

  private async inspect(content: Json): Promise<Json> {
    const code = stringField(content, "code");
    const offset = offsetOfCodePoint(code, numberField(content, "cursor_pos"));
    const inspection = await this.language.inspect(this.executor.declarations, code, offset);
    return {
      status: "ok",
      found: inspection !== undefined,
      data: inspection === undefined ? {} : inspectionBundle(inspection),
      metadata: {},
    };
  }

  private async isComplete(content: Json): Promise<Json> {
    const code = stringField(content, "code");
    if (helpTopic(code) !== undefined) return { status: "complete" };
    return { ...(await this.language.completeness(code)) };
  }

  private commInfo(content: Json): Json {
    const wanted = content["target_name"];
    const comms = [...this.comms].filter(
      ([, target]) => typeof wanted !== "string" || target === wanted,
    );
    return {
      status: "ok",
      comms: Object.fromEntries(comms.map(([id, target]) => [id, { target_name: target }])),
    };
  }

  private receiveComm(type: CommPacket["type"], request: Message): undefined {
    const { content, metadata, buffers } = request;
    const id = stringField(content, "comm_id");
    const data = objectField(content, "data");
    const cause = this.causes.add(request);
    const packet: CommPacket = { type, id, data, metadata, buffers, cause };
    if (type === "open") {
      const target = stringField(content, "target_name");
      this.comms.set(id, target);
      this.executor.evaluator.send({ kind: "comm", packet: { ...packet, target } });
      return undefined;
    }
    if (type === "close") this.comms.delete(id);
    this.executor.evaluator.send({ kind: "comm", packet });
    return undefined;
  }

  private sendComm({ type, id, target, data, metadata, buffers, cause }: CommPacket): void {
    if (type === "open") this.comms.set(id, target ?? "");
    if (type === "close") this.comms.delete(id);
    const messageType = { open: "comm_open", message: "comm_msg", close: "comm_close" }[type];
    const content = { comm_id: id, data, ...(type === "open" ? { target_name: target } : {}) };
    const parent = this.causes.get(cause) ?? this.executor.current;
    this.sockets.publish(parent, messageType, content, { metadata, buffers });
  }

  private closeComms(): void {
    for (const id of [...this.comms.keys()]) {
      this.sendComm({ type: "close", id, data: {}, metadata: {}, buffers: [] });
    }
  }

  private shutDown(request: Message): Json {
    const content = { status: "ok", restart: flag(request.content, "restart", false) };
    this.sockets.publish(request, "shutdown_reply", content);
    // Runs after the reply to this request is sent.
    setTimeout(() => void this.stop());
    return content;
  }

  /** Ends all parts of the kernel. */
  async stop(): Promise<void> {
    await Promise.all([this.executor.evaluator.stop(), this.language.stop(), this.sockets.close()]);
    this.ended();
  }
}
