/** The channels over which the kernel and its front ends talk. */

import type { Json, Message } from "./message";

/** The channels on which front ends send requests. */
export type RequestChannel = "shell" | "control" | "stdin";

export interface Channels {
  /** Listens, and calls `receive` with every well-formed message. */
  open(receive: (channel: RequestChannel, message: Message) => void): Promise<void>;
  /** Sends a message about `parent` to who sent that. */
  reply(
    channel: RequestChannel,
    parent: Message,
    type: string,
    content: Json,
    metadata?: Json,
  ): void;
  /** Tells every front end. */
  publish(
    parent: Message | undefined,
    type: string,
    content: Json,
    extras?: { readonly metadata?: Json; readonly buffers?: readonly Uint8Array[] },
  ): void;
  /** Closes the channels when everything is sent. */
  close(): Promise<void>;
}
