/**
 * Jupyter's wire protocol: converts signed frames to messages and back.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import {
  createMessage,
  type Header,
  type Json,
  type Message,
  type MessageExtras,
} from "../../wire";
import type { Connection } from "./connection";

/** An invalid message: unsigned, incomplete, or not JSON. It is dropped. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

const DELIMITER = Buffer.from("<IDS|MSG>");

/** Encodes and decodes the messages of one connection. */
export class Codec {
  private readonly session = randomUUID();

  constructor(private readonly connection: Pick<Connection, "key" | "hash">) {}

  /** A new message with the parent `parent`. */
  create(
    type: string,
    content: Json,
    parent: Message | undefined,
    extras: MessageExtras = {},
  ): Message {
    return createMessage(this.session, type, content, parent, extras);
  }

  encode(message: Message): Uint8Array[] {
    const { header, parent, metadata, content } = message;
    const parts = [header, parent, metadata, content].map((part) => Buffer.from(jsonText(part)));
    return [
      ...message.identities,
      DELIMITER,
      Buffer.from(this.sign(parts)),
      ...parts,
      ...message.buffers,
    ];
  }

  decode(frames: readonly Buffer[]): Message {
    const delimiter = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (delimiter < 0) throw new MalformedMessage("there is no delimiter");
    const [signature, ...rest] = frames.slice(delimiter + 1);
    const parts = rest.slice(0, 4);
    if (signature === undefined || parts.length < 4)
      throw new MalformedMessage("frames are missing");
    const expected = Buffer.from(this.sign(parts));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new MalformedMessage("the signature is wrong");
    }
    const [header, parent, metadata, content] = parts.map(parseObject) as [Json, Json, Json, Json];
    if (typeof header["msg_id"] !== "string" || typeof header["msg_type"] !== "string") {
      throw new MalformedMessage("the header has no msg_id or no msg_type");
    }
    return {
      identities: frames.slice(0, delimiter),
      header: header as unknown as Header,
      parent: parent as unknown as Header,
      metadata,
      content,
      buffers: rest.slice(4),
    };
  }

  private sign(parts: readonly Buffer[]): string {
    if (this.connection.key === "") return "";
    const hmac = createHmac(this.connection.hash, this.connection.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }
}

/** JSON with valid Unicode: an unpaired surrogate is replaced, because UTF-8 cannot encode it. */
function jsonText(value: object): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud")) return text;
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "string" ? part.replace(/\p{Surrogate}/gu, "\ufffd") : part,
  );
}

function parseObject(frame: Buffer): Json {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString("utf8"));
  } catch {
    throw new MalformedMessage("a part is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedMessage("a part is not an object");
  }
  return value as Json;
}
