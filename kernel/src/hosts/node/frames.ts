/** Values on a byte stream: the length, four bytes, then the value in V8's format. */

import { deserialize, serialize } from "node:v8";

const HEADER = 4;

export function encodeFrame(value: unknown): Buffer {
  const body = serialize(value);
  const frame = Buffer.allocUnsafe(HEADER + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, HEADER);
  return frame;
}

/** Decodes the chunks of a stream to values. */
export class FrameReader<Value> {
  private chunks: Buffer[] = [];
  private length = 0;

  push(chunk: Buffer): Value[] {
    this.chunks.push(chunk);
    this.length += chunk.length;
    const values: Value[] = [];
    for (;;) {
      const size = this.nextSize();
      if (size === undefined || this.length < HEADER + size) return values;
      const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      // A copy, because deserialized values can refer to the bytes.
      values.push(deserialize(Buffer.from(all.subarray(HEADER, HEADER + size))) as Value);
      const rest = all.subarray(HEADER + size);
      this.chunks = rest.length > 0 ? [rest] : [];
      this.length = rest.length;
    }
  }

  private nextSize(): number | undefined {
    if (this.length < HEADER) return undefined;
    if (this.chunks[0]!.length < HEADER) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0]!.readUInt32LE(0);
  }
}
