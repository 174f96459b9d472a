/** The kernel's channels in JupyterLite: its front ends are in the same page. */

import type { KernelMessage } from "@jupyterlab/services";
import type { IKernel } from "@jupyterlite/services";
import {
  createMessage,
  uuid,
  type Channels,
  type Json,
  type Message,
  type RequestChannel,
} from "../../kernel/src/wire";

type Receive = (channel: RequestChannel, message: Message) => void;

export class PageChannels implements Channels {
  private readonly session = uuid();
  /** The session of the front end that sent the last message. */
  private frontEnd: string | undefined;
  private deliver: Receive = () => undefined;

  constructor(private readonly send: IKernel.SendMessage) {}

  async open(receive: Receive): Promise<void> {
    this.deliver = receive;
  }

  receive(channel: RequestChannel, message: Message): void {
    this.frontEnd = message.header.session;
    this.deliver(channel, message);
  }

  reply(
    channel: RequestChannel,
    parent: Message,
    type: string,
    content: Json,
    metadata: Json = {},
  ): void {
    this.post(channel, createMessage(this.session, type, content, parent, { metadata }));
  }

  publish(
    parent: Message | undefined,
    type: string,
    content: Json,
    extras: { readonly metadata?: Json; readonly buffers?: readonly Uint8Array[] } = {},
  ): void {
    this.post("iopub", createMessage(this.session, type, content, parent, extras));
  }

  async close(): Promise<void> {
    this.deliver = () => undefined;
  }

  private post(channel: KernelMessage.Channel, message: Message): void {
    const { header, parent, metadata, content, buffers } = message;
    // JupyterLite finds front ends by the session in the header.
    const session = parent.session ?? this.frontEnd;
    // Before the first request no front end listens.
    if (session === undefined) return;
    this.send({
      channel,
      header: { ...header, session },
      parent_header: parent,
      metadata,
      content,
      buffers: buffers.map((bytes) => bytes.slice().buffer),
    } as unknown as KernelMessage.IMessage);
  }
}
