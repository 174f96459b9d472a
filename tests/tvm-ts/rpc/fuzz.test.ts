/** Servers and trackers with mutated packets and broken connections. */

import { describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import {
  answerHello,
  BadPacketError,
  ByteStream,
  ConnectionLostError,
  LIMITS,
  MemoryFiles,
  readHello,
  serveSession,
  Tracker,
  type ServedMachine,
} from "../../../lib/tvm-ts/src/rpc";
import { MemoryTransport, recording } from "./replay";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2000);

/** A generator of the same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A frame with some of its bytes changed, cut, repeated, or replaced by extreme numbers. */
function mutated(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const copy = bytes.slice();
  const at = random(copy.length);
  switch (random(6)) {
    case 0:
      copy[at] = random(256);
      return copy;
    case 1:
      return copy.slice(0, at);
    case 2:
      return Uint8Array.from([...copy, ...copy.slice(at)]);
    case 3:
      copy.set([255, 255, 255, 255, 255, 255, 255, 127].slice(0, copy.length - at), at);
      return copy;
    case 4:
      copy.set([0, 0, 0, 0, 0, 0, 0, 128].slice(0, copy.length - at), at);
      return copy;
    default:
      for (let i = 0; i < 4; i++) copy[random(copy.length)] = random(256);
      return copy;
  }
}

function machine(): ServedMachine {
  const device = tvm.cpu(0);
  return {
    device: (type, id) => (type === 1 && id === 0 ? device : undefined),
    loadModule: () => {
      throw new tvm.UsageError("rpc-file", "no modules here");
    },
    function: (name) => (name === "echo" ? (value) => value : undefined),
    files: new MemoryFiles(1 << 16),
  };
}

async function serve(transport: MemoryTransport): Promise<unknown> {
  const stream = new ByteStream(transport);
  try {
    if ((await readHello(stream, LIMITS)) === undefined) return undefined;
    await answerHello(transport, "");
    await serveSession(transport, stream, machine(), {
      sessionLimits: { arrayBytes: 1 << 20, handles: 100 },
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

const packets = recording("session").filter(
  (frame) => frame.from === "client" && !frame.closes && frame.bytes.length < 300,
);

describe("a server", () => {
  test("survives mutated packets: it answers, or ends the connection with a reason", async () => {
    const random = numbers(1);
    const before = process.memoryUsage().rss;
    const ends = new Map<string, number>();
    for (let run = 0; run < RUNS; run++) {
      const [client, server] = MemoryTransport.pair(1 + random(64));
      const serving = serve(server);
      // The handshake and InitServer, then some packets; one of them is damaged.
      const chosen = [packets[0]!, packets[1]!];
      for (let i = 0; i < 3; i++) chosen.push(packets[2 + random(packets.length - 2)]!);
      const damaged = random(chosen.length);
      for (const [i, { bytes }] of chosen.entries()) {
        await client.send(i === damaged ? mutated(bytes, random) : bytes);
      }
      client.close();
      const error = await serving;
      if (error !== undefined) {
        expect([BadPacketError, ConnectionLostError]).toContain((error as Error).constructor);
      }
      const name = error === undefined ? "served" : (error as Error).name;
      ends.set(name, (ends.get(name) ?? 0) + 1);
    }
    expect(ends.get("BadPacketError")).toBeGreaterThan(RUNS / 20);
    expect(ends.get("served")).toBeGreaterThan(RUNS / 20);
    expect(process.memoryUsage().rss - before).toBeLessThan(1 << 29);
  });

  test("releases what a client that disappears held", async () => {
    const device = tvm.cpu(0);
    let held = 0;
    const counting = {
      ...machine(),
      device: () =>
        new Proxy(device, {
          get(target, key) {
            if (key === "alloc")
              return (...args: [number, number]) => (held++, target.alloc(...args));
            if (key === "free") return (address: number) => (held--, target.free(address));
            return Reflect.get(target, key) as unknown;
          },
        }),
    };
    const frames = recording("session");
    const [client, server] = MemoryTransport.pair();
    const serving = serveSession(server, new ByteStream(server), counting);
    await client.send(frames[3]!.bytes);
    const allocation = frames.find(({ bytes }) => bytes[8] === 17)!;
    for (let i = 0; i < 5; i++) await client.send(allocation.bytes);
    while (held < 5) await client.receive();
    client.close();
    await serving;
    expect(held).toBe(0);
  });
});

describe("a tracker", () => {
  test("survives mutated messages", async () => {
    const random = numbers(2);
    const frames = [...recording("tracker-server"), ...recording("tracker-client")].filter(
      (frame) => frame.from === "client" && frame.bytes.length > 4,
    );
    const tracker = new Tracker();
    for (let run = 0; run < RUNS; run++) {
      const [client, server] = MemoryTransport.pair(1 + random(64));
      const serving = tracker.serve(server);
      await client.send(Uint8Array.of(0x71, 0xf2, 2, 0));
      for (let i = 0; i < 3; i++) {
        const { bytes } = frames[random(frames.length)]!;
        await client.send(random(2) === 0 ? mutated(bytes, random) : bytes);
      }
      client.close();
      await serving;
    }
    expect(tracker.inUse).toEqual([]);
  });
});
