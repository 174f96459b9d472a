/** The channels between the kernel and its front ends. */

import type { Json, Message } from "./message";

/** The channels on which front ends send requests. */
export type RequestChannel = "shell" | "control" | "stdin";

export interface Channels {
  /** Listens, and calls `receive` with every well-formed message. */
  open(receive: (channel: RequestChannel, message: Message) => void): Promise<void>;
  /** Sends a reply to the sender of `parent`. */
  reply(
    channel: RequestChannel,
    parent: Message,
    type: string,
    content: Json,
    metadata?: Json,
  ): void;
  /** Publishes a message to all front ends. */
  publish(
    parent: Message | undefined,
    type: string,
    content: Json,
    extras?: { readonly metadata?: Json; readonly buffers?: readonly Uint8Array[] },
  ): void;
  /** Closes the channels after all messages are sent. */
  close(): Promise<void>;
}
