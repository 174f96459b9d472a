/** Jupyter's messages, independent of the transport. */

import { uuid } from "./uuid";

export const PROTOCOL_VERSION = "5.5";

export type Json = Record<string, unknown>;

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export interface Message {
  /** The sender's ZeroMQ identities, for routing replies; on iopub, the topic. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** The parent's header; empty for a message without a parent. */
  readonly parent: Header | Record<string, never>;
  readonly metadata: Json;
  readonly content: Json;
  readonly buffers: readonly Uint8Array[];
}

export interface MessageExtras {
  readonly metadata?: Json;
  readonly buffers?: readonly Uint8Array[];
  readonly identities?: readonly Uint8Array[];
}

/** A new message with the parent `parent`. */
export function createMessage(
  session: string,
  type: string,
  content: Json,
  parent: Message | undefined,
  extras: MessageExtras = {},
): Message {
  return {
    identities: extras.identities ?? parent?.identities ?? [],
    header: {
      msg_id: uuid(),
      msg_type: type,
      session,
      username: parent?.header.username ?? "kernel",
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    },
    parent: parent?.header ?? {},
    metadata: extras.metadata ?? {},
    content,
    buffers: extras.buffers ?? [],
  };
}
