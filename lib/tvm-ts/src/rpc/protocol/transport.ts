/**
 * A byte stream between two sides, over TCP or WebSocket. The protocol is independent of both, and
 * packets may be split anywhere.
 */

import { BadPacketError, ConnectionLostError } from "../rpc-errors";

export interface Transport {
  /** The other side, for messages: `127.0.0.1:9091`. */
  readonly peer: string;
  /**
   * Sends pieces one after another; resolves when more may be sent. A piece must not change
   * before that.
   */
  send(...pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * The next bytes, at least 1; `undefined` after the other side has closed. They are valid until
   * the next call.
   */
  receive(): Promise<Uint8Array | undefined>;
  /** Ends the connection. Sent bytes still arrive; a pending `receive` resolves to `undefined`. */
  close(): void;
}

/** The largest piece that is allocated before its bytes have arrived. */
const TRUSTED_BYTES = 1 << 20;
/** At most this multiple of the received bytes is allocated for announced bytes. */
const GROWTH = 8;

/** Reads exact numbers of bytes from a transport. */
export class ByteStream {
  private pending: Uint8Array = new Uint8Array(0);

  constructor(private readonly transport: Transport) {}

  /**
   * The next `length` bytes; `undefined` when the other side closed before the first of them.
   * Memory grows with the received bytes, not with the announced length.
   * @throws ConnectionLostError when it closed in between.
   */
  async read(length: number): Promise<Uint8Array | undefined> {
    if (length <= this.pending.byteLength) return this.take(length).slice();
    let buffer = new Uint8Array(Math.min(length, TRUSTED_BYTES));
    const filled = await this.forward(length, (piece, at) => {
      if (at + piece.byteLength > buffer.byteLength) {
        const larger = new Uint8Array(Math.min(length, GROWTH * (at + piece.byteLength)));
        larger.set(buffer.subarray(0, at));
        buffer = larger;
      }
      buffer.set(piece, at);
    });
    if (filled === length) return buffer;
    if (filled === 0) return undefined;
    throw this.cut(filled, length);
  }

  /**
   * Passes on the next `length` bytes as they arrive, without keeping them.
   * @param take receives a view of the transport's memory, valid during the call, and the number of
   * bytes before it
   * @throws ConnectionLostError when the other side closed before the last of them.
   */
  async drain(length: number, take: (piece: Uint8Array, at: number) => void): Promise<void> {
    const passed = await this.forward(length, take);
    if (passed < length) throw this.cut(passed, length);
  }

  /** @returns the number of bytes that arrived before the other side closed */
  private async forward(
    length: number,
    take: (piece: Uint8Array, at: number) => void,
  ): Promise<number> {
    let passed = 0;
    for (;;) {
      const piece = this.take(Math.min(length - passed, this.pending.byteLength));
      if (piece.byteLength > 0) take(piece, passed);
      passed += piece.byteLength;
      if (passed === length) return passed;
      const next = await this.transport.receive();
      if (next === undefined) return passed;
      this.pending = next;
    }
  }

  private cut(filled: number, length: number): ConnectionLostError {
    return new ConnectionLostError(
      `the connection with ${this.transport.peer} ended after ${filled} of ${length} bytes`,
    );
  }

  /** The next 32-bit number; `undefined` if the other side closed before it. */
  async readInt32(): Promise<number | undefined> {
    const bytes = await this.read(4);
    return bytes === undefined
      ? undefined
      : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  }

  /**
   * A 32-bit length and a UTF-8 string of that many bytes; `undefined` if the other side closed.
   */
  async readShortString(what: string, limit: number): Promise<string | undefined> {
    const length = await this.readInt32();
    if (length === undefined) return undefined;
    if (length < 0 || length > limit) {
      throw new BadPacketError(`${what} has ${length} bytes; the limit is ${limit}`);
    }
    const bytes = await this.read(length);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  private take(length: number): Uint8Array {
    const piece = this.pending.subarray(0, length);
    this.pending = this.pending.subarray(length);
    return piece;
  }
}
