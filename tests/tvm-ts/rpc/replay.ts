/** Recorded conversations of TVM's RPC programs, and transports that play one side of them. */

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Transport } from "../../../lib/tvm-ts/src/rpc";

export interface Frame {
  readonly connection: number;
  readonly from: "client" | "server";
  readonly note?: string;
  readonly bytes: Uint8Array;
  readonly closes: boolean;
}

export function recording(name: string): Frame[] {
  const text = readFileSync(new URL(`data/${name}.json`, import.meta.url), "utf8");
  const { frames } = JSON.parse(text) as {
    frames: {
      connection: number;
      from: "client" | "server";
      note?: string;
      hex?: string;
      closes?: boolean;
    }[];
  };
  return frames.map(({ hex = "", closes = false, ...frame }) => ({
    ...frame,
    bytes: Uint8Array.from(Buffer.from(hex, "hex")),
    closes,
  }));
}

/** One end of a connection in memory. */
export class MemoryTransport implements Transport {
  private readonly arrived: Uint8Array[] = [];
  private ended = false;
  private wake: () => void = () => undefined;
  other!: MemoryTransport;
  sent = 0;

  constructor(readonly peer: string) {}

  /** Two ends; one receives what the other sends, split into pieces of at most `cut` bytes. */
  static pair(cut = Infinity): [client: MemoryTransport, server: MemoryTransport] {
    const client = new MemoryTransport("server:1");
    const server = new MemoryTransport("127.0.0.1:2");
    client.other = server;
    server.other = client;
    client.cut = cut;
    server.cut = cut;
    return [client, server];
  }

  private cut = Infinity;

  async send(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      this.sent += piece.byteLength;
      for (let at = 0; at < piece.byteLength; at += this.cut) {
        this.other.arrived.push(piece.slice(at, Math.min(piece.byteLength, at + this.cut)));
      }
    }
    this.other.wake();
  }

  async receive(): Promise<Uint8Array | undefined> {
    while (this.arrived.length === 0) {
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.arrived.shift();
  }

  close(): void {
    this.ended = true;
    this.other.ended = true;
    this.wake();
    this.other.wake();
  }
}

/**
 * The recorded server: checks that each frame of the client is the recorded one, byte for byte, and
 * answers as recorded.
 */
export class RecordedServer implements Transport {
  readonly peer = "recorded:1";
  private readonly frames: Frame[];
  private pending: number[] = [];
  private wake: () => void = () => undefined;
  private closed = false;
  played = 0;

  constructor(frames: readonly Frame[]) {
    this.frames = frames.filter((frame) => !frame.closes || frame.from === "server");
  }

  /** Frames of the client that did not arrive, and bytes that are not one of its frames. */
  get left(): number {
    return this.frames.filter((frame) => frame.from === "client").length + this.pending.length;
  }

  async send(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) this.pending.push(...piece);
    this.check();
    this.wake();
  }

  /** Compares the received frames with the recorded ones, until the server must answer. */
  private check(): void {
    for (;;) {
      const next = this.frames[0];
      if (next?.from !== "client" || this.pending.length < next.bytes.length) break;
      const got = this.pending.splice(0, next.bytes.length);
      const where = `frame ${this.played} (${next.note ?? ""})`;
      if (isFree(next.bytes)) this.bringForward(got);
      expect({ where, hex: hex(Uint8Array.from(got)) }).toEqual({
        where,
        hex: hex(this.frames[0]!.bytes),
      });
      this.frames.shift();
      this.played++;
    }
  }

  /** Handles may be released in any order, since the garbage collector decides it. */
  private bringForward(got: readonly number[]): void {
    const text = hex(Uint8Array.from(got));
    for (let at = 0; at < this.frames.length; at += 2) {
      const { bytes } = this.frames[at]!;
      if (!isFree(bytes)) return;
      if (hex(bytes) === text) {
        this.frames.unshift(...this.frames.splice(at, 2));
        return;
      }
    }
  }

  async receive(): Promise<Uint8Array | undefined> {
    for (;;) {
      const next = this.frames[0];
      if (next?.from === "server") {
        this.frames.shift();
        this.played++;
        this.check();
        return next.closes ? undefined : next.bytes;
      }
      if (next === undefined || this.closed) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  close(): void {
    this.closed = true;
    this.wake();
  }
}

/** `FreeHandle` and `DevFreeData`. */
function isFree(bytes: Uint8Array): boolean {
  return bytes.length === 40 && (bytes[8] === 10 || bytes[8] === 14);
}

/** Reads exactly `count` bytes that a server under test sends. */
export async function readExactly(transport: MemoryTransport, count: number): Promise<Uint8Array> {
  const bytes: number[] = [];
  while (bytes.length < count) {
    const piece = await transport.receive();
    if (piece === undefined) throw new Error(`the server closed after ${bytes.length} bytes`);
    bytes.push(...piece);
  }
  expect(bytes.length).toBe(count);
  return Uint8Array.from(bytes);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
