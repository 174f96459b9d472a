/** The five ZeroMQ sockets of a kernel. */

import { Reply, Router, XPublisher } from "zeromq";
import { addressOf, type Connection } from "./connection";
import type { Channels, Json, Message, RequestChannel } from "../../wire";
import { Codec, MalformedMessage } from "./codec";

/** Milliseconds to flush the last messages when the kernel ends. */
const LINGER_MS = 1000;

/** The first byte of ZeroMQ's message for a subscription; the topic follows. */
const SUBSCRIBED = 1;

export class Sockets implements Channels {
  private readonly codec: Codec;
  private readonly requests: Record<RequestChannel, Router>;
  private readonly iopub = new XPublisher({
    sendHighWaterMark: 0,
    linger: LINGER_MS,
    // Also reports further subscriptions to the same topic.
    verbosity: "allSubs",
  });
  private readonly heartbeat = new Reply();
  /** The last send of each socket: a socket sends one message at a time. */
  private readonly sending = new Map<Router | XPublisher, Promise<void>>();

  constructor(private readonly connection: Connection) {
    this.codec = new Codec(connection);
    // A front end that reconnects under the same identity replaces its lost connection.
    const router = (): Router =>
      new Router({ sendHighWaterMark: 0, linger: LINGER_MS, handover: true });
    this.requests = { shell: router(), control: router(), stdin: router() };
  }

  async open(receive: (channel: RequestChannel, message: Message) => void): Promise<void> {
    const { shell, control, stdin } = this.requests;
    await Promise.all([
      shell.bind(addressOf(this.connection, "shell")),
      control.bind(addressOf(this.connection, "control")),
      stdin.bind(addressOf(this.connection, "stdin")),
      this.iopub.bind(addressOf(this.connection, "iopub")),
      this.heartbeat.bind(addressOf(this.connection, "hb")),
    ]);
    void this.listen("shell", receive);
    void this.listen("control", receive);
    void this.listen("stdin", receive);
    void this.welcome();
    void this.answerHeartbeats();
  }

  reply(
    channel: RequestChannel,
    parent: Message,
    type: string,
    content: Json,
    metadata: Json = {},
  ): void {
    this.send(this.requests[channel], this.codec.create(type, content, parent, { metadata }));
  }

  publish(
    parent: Message | undefined,
    type: string,
    content: Json,
    extras: { metadata?: Json; buffers?: readonly Uint8Array[] } = {},
  ): void {
    const identities = [Buffer.from(`kernel.${type}`)];
    this.send(this.iopub, this.codec.create(type, content, parent, { ...extras, identities }));
  }

  async close(): Promise<void> {
    await Promise.all(this.sending.values());
    for (const socket of [...Object.values(this.requests), this.iopub, this.heartbeat])
      socket.close();
  }

  private send(socket: Router | XPublisher, message: Message): void {
    const frames = this.codec.encode(message);
    const before = this.sending.get(socket) ?? Promise.resolve();
    // If a socket is closed while messages wait, their errors are ignored.
    this.sending.set(
      socket,
      before.then(() => socket.send(frames as Buffer[])).catch(() => undefined),
    );
  }

  private async listen(
    channel: RequestChannel,
    receive: (channel: RequestChannel, message: Message) => void,
  ): Promise<void> {
    for await (const frames of this.requests[channel]) {
      let message: Message;
      try {
        message = this.codec.decode(frames);
      } catch (error) {
        if (error instanceof MalformedMessage) continue;
        throw error;
      }
      receive(channel, message);
    }
  }

  /** Sends `iopub_welcome` to each new subscriber: from then on it receives all messages. */
  private async welcome(): Promise<void> {
    for await (const [frame] of this.iopub) {
      if (frame?.[0] !== SUBSCRIBED) continue;
      const identities = [frame.subarray(1)];
      this.send(this.iopub, this.codec.create("iopub_welcome", {}, undefined, { identities }));
    }
  }

  private async answerHeartbeats(): Promise<void> {
    for await (const frames of this.heartbeat) await this.heartbeat.send(frames);
  }
}
