/** Builds a packet of little-endian fields. */

const utf8 = new TextEncoder();

export class ByteWriter {
  private buffer = new Uint8Array(256);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  u8(value: number): this {
    const at = this.extend(1);
    this.view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.extend(2);
    this.view.setUint16(at, value, true);
    return this;
  }
  i32(value: number): this {
    const at = this.extend(4);
    this.view.setInt32(at, value, true);
    return this;
  }
  i64(value: bigint): this {
    const at = this.extend(8);
    this.view.setBigInt64(at, value, true);
    return this;
  }
  u64(value: bigint): this {
    const at = this.extend(8);
    this.view.setBigUint64(at, value, true);
    return this;
  }
  f64(value: number): this {
    const at = this.extend(8);
    this.view.setFloat64(at, value, true);
    return this;
  }
  bytes(value: Uint8Array): this {
    const start = this.extend(value.byteLength);
    this.buffer.set(value, start);
    return this;
  }
  /** The length as 64 bits, then UTF-8. */
  string(value: string): this {
    const encoded = utf8.encode(value);
    return this.u64(BigInt(encoded.byteLength)).bytes(encoded);
  }
  /** The length as 32 bits, then UTF-8. */
  shortString(value: string): this {
    const encoded = utf8.encode(value);
    return this.i32(encoded.byteLength).bytes(encoded);
  }

  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private extend(bytes: number): number {
    const start = this.length;
    this.length += bytes;
    if (this.length > this.buffer.byteLength) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.buffer.byteLength));
      larger.set(this.buffer.subarray(0, start));
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    return start;
  }
}
