/** Reads the little-endian fields of a packet, and checks that they end where the packet ends. */

import { BadPacketError } from "../rpc-errors";
import type { Limits } from "./limits";

const utf8 = new TextDecoder();

export class ByteReader {
  private readonly view: DataView;
  private at = 0;

  constructor(
    private readonly data: Uint8Array,
    readonly limits: Limits,
  ) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get remaining(): number {
    return this.data.byteLength - this.at;
  }

  u8(what: string): number {
    return this.view.getUint8(this.advance(1, what));
  }
  u16(what: string): number {
    return this.view.getUint16(this.advance(2, what), true);
  }
  i32(what: string): number {
    return this.view.getInt32(this.advance(4, what), true);
  }
  i64(what: string): bigint {
    return this.view.getBigInt64(this.advance(8, what), true);
  }
  u64(what: string): bigint {
    return this.view.getBigUint64(this.advance(8, what), true);
  }
  f64(what: string): number {
    return this.view.getFloat64(this.advance(8, what), true);
  }

  /** The number of items that follow, each of at least `bytesEach` bytes. */
  count(what: string, value: number | bigint, limit: number, bytesEach: number): number {
    if (value < 0 || value > limit) {
      throw new BadPacketError(`a packet has ${value} ${what}; the limit is ${limit}`);
    }
    const count = Number(value);
    if (count * bytesEach > this.remaining) {
      throw new BadPacketError(
        `a packet has ${count} ${what}, but only ${this.remaining} bytes follow`,
      );
    }
    return count;
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number, what: string): Uint8Array {
    const start = this.advance(length, what);
    return this.data.subarray(start, start + length);
  }

  /** A string: its length as 64 bits, then UTF-8. */
  string(what: string): string {
    const length = this.u64(`the length of ${what}`);
    const count = this.count(`bytes in ${what}`, length, this.limits.stringBytes, 1);
    return utf8.decode(this.bytes(count, what));
  }

  /** @throws BadPacketError when bytes are left. */
  end(): void {
    if (this.remaining === 0) return;
    throw new BadPacketError(`a packet has ${this.remaining} bytes after its last field`);
  }

  private advance(bytes: number, what: string): number {
    if (bytes > this.remaining) {
      throw new BadPacketError(
        `a packet ends before ${what}: ${bytes} bytes are needed, ${this.remaining} are left`,
      );
    }
    const start = this.at;
    this.at += bytes;
    return start;
  }
}
