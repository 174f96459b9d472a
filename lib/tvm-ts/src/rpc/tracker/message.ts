/**
 * Messages to and from a tracker: after `i32 0x2F271` from both sides, each is `i32 length` and
 * JSON. The text has the format of Python's `json.dumps`, which TVM's tracker, servers and clients
 * use.
 */

import { BadPacketError, ConnectionLostError } from "../rpc-errors";
import { ByteStream, ByteWriter, LIMITS, TRACKER_MAGIC, type Transport } from "../protocol";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON with a space after commas and colons, and characters beyond ASCII escaped. */
export function jsonText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => jsonText(item)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(
      ([key, item]) => `${jsonText(key)}: ${jsonText(item)}`,
    );
    return `{${fields.join(", ")}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** An end of a connection with a tracker. */
export class TrackerChannel {
  private readonly stream: ByteStream;

  constructor(readonly transport: Transport) {
    this.stream = new ByteStream(transport);
  }

  async sendMagic(): Promise<void> {
    await this.transport.send(new ByteWriter().i32(TRACKER_MAGIC).finish());
  }

  /**
   * Reads the other side's magic number. @returns false when it closed instead
   * @throws BadPacketError for another number
   */
  async readMagic(): Promise<boolean> {
    const magic = await this.stream.readInt32();
    if (magic === undefined) return false;
    if (magic === TRACKER_MAGIC) return true;
    throw new BadPacketError(
      `${this.transport.peer} starts with 0x${(magic >>> 0).toString(16)}; with a tracker it must be ` +
        `0x${TRACKER_MAGIC.toString(16)}`,
    );
  }

  async send(message: Json): Promise<void> {
    await this.transport.send(new ByteWriter().shortString(jsonText(message)).finish());
  }

  /** The next message; `undefined` when the other side closed. */
  async receive(): Promise<Json | undefined> {
    const text = await this.stream.readShortString("a tracker's message", LIMITS.trackerBytes);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw new BadPacketError(`${this.transport.peer} sent a message that is not JSON`);
    }
  }

  /** Sends a request and waits for its answer. */
  async request(message: Json): Promise<Json> {
    await this.send(message);
    const answer = await this.receive();
    if (answer !== undefined) return answer;
    throw new ConnectionLostError(
      `the tracker ${this.transport.peer} closed the connection before it answered`,
    );
  }
}
