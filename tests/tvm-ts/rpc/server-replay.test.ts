/**
 * Our server with the recorded client of TVM: every frame of its answers is the same, except
handles, the texts of errors and measured times.
 */

import { describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import {
  answerHello,
  ByteStream,
  LIMITS,
  readHello,
  refuseHello,
} from "../../../lib/tvm-ts/src/rpc/protocol";
import {
  MemoryFiles,
  servedModule,
  serveSession,
  type ServedMachine,
} from "../../../lib/tvm-ts/src/rpc";
import { hex, MemoryTransport, readExactly, recording, type Frame } from "./replay";

const { te } = tvm;

/** The program of the recording's `vadd.so`: int8 sums of int32 values. */
function vadd(): tvm.runtime.Module {
  const shape = [1, 64, 1, 16];
  const A = te.placeholder(shape, { name: "A", dtype: "int32" });
  const B = te.placeholder(shape, { name: "B", dtype: "int32" });
  const C = te.compute(
    shape,
    (...i) =>
      A(...i)
        .add(B(...i))
        .astype("int8"),
    "C",
  );
  return tvm.build(te.createSchedule(C.op), [A, B, C], { name: "main_fn" });
}

function machine(log: string[]): ServedMachine {
  const device = tvm.cpu(0);
  return {
    // The memory of a simulator and that of a CPU are the same to the protocol.
    device: (type, id) => ((type === 1 || type === 12) && id === 0 ? device : undefined),
    loadModule(_bytes, name) {
      if (name === "vadd.so") return servedModule(vadd());
      throw new tvm.UsageError("rpc-file", `the file '${name}' is not a module of this library`);
    },
    function(name) {
      switch (name) {
        case "vta.simulator.profiler_status":
          return () => "{}";
        case "vta.simulator.profiler_clear":
          return () => undefined;
        case "tvm.contrib.vta.init":
          return (bitstream) => void log.push(String(bitstream));
        default:
          return undefined;
      }
    },
    files: new MemoryFiles(1 << 20),
  };
}

/** Serves one connection like a server's process. */
async function serve(transport: MemoryTransport, log: string[]): Promise<void> {
  const stream = new ByteStream(transport);
  const hello = await readHello(stream, LIMITS);
  if (hello === undefined) return;
  if (hello.matchKey !== "") {
    await refuseHello(transport);
    transport.close();
    return;
  }
  await answerHello(transport, "");
  await serveSession(transport, stream, machine(log));
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset);

/** Places where a frame of the client has a handle of the server. */
function handlePlaces(frame: Frame, known: ReadonlySet<bigint>): number[] {
  const places: number[] = [];
  for (let at = 12; at + 8 <= Math.min(frame.bytes.length, 400); at += 4) {
    if (known.has(view(frame.bytes).getBigUint64(at, true))) places.push(at);
  }
  return places;
}

/** The handle in an answer of the server, after the value types; 0 is not a handle. */
function handleOf({ bytes }: Frame): { at: number; handle: bigint } | undefined {
  const fields = view(bytes);
  if (bytes.length === 28 && fields.getInt32(16, true) === 3) {
    return { at: 20, handle: fields.getBigUint64(20, true) };
  }
  if (bytes.length === 40 && fields.getInt32(16, true) === 0 && fields.getInt32(20, true) === 3) {
    return { at: 32, handle: fields.getBigUint64(32, true) };
  }
  return undefined;
}

const CODE = 8;
const EXCEPTION = 5;

/** Plays the recorded client; returns the answers that are not as recorded, by the frame's note. */
async function play(frames: readonly Frame[], log: string[]): Promise<Map<string, Uint8Array>> {
  const [client, server] = MemoryTransport.pair(1000);
  const serving = serve(server, log);
  /** Recorded handles, and ours for the same things. */
  const handles = new Map<bigint, bigint>();
  const different = new Map<string, Uint8Array>();
  const recorded = new Set<bigint>();
  for (const [i, frame] of frames.entries()) {
    if (frame.closes) continue;
    if (frame.from === "client") {
      const bytes = frame.bytes.slice();
      for (const at of handlePlaces(frame, recorded)) {
        view(bytes).setBigUint64(at, handles.get(view(bytes).getBigUint64(at, true))!, true);
      }
      await client.send(bytes);
      continue;
    }
    const where = `frame ${i} (${frame.note ?? ""})`;
    const got = i < 3 ? await readExactly(client, frame.bytes.length) : await readPacket(client);
    const handle = handleOf(frame);
    if (handle !== undefined && handle.handle !== 0n) {
      handles.set(handle.handle, view(got).getBigUint64(handle.at, true));
      recorded.add(handle.handle);
      view(got).setBigUint64(handle.at, handle.handle, true);
    }
    if (hex(got) === hex(frame.bytes)) continue;
    // An error corresponds to an error; the test compares the other frames.
    if (frame.bytes[CODE] === EXCEPTION)
      expect({ where, code: got[CODE] }).toEqual({ where, code: EXCEPTION });
    different.set(`${frame.note ?? ""}`, got);
  }
  client.close();
  await serving;
  return different;
}

/** The text in an `Exception`. */
const text = (packet: Uint8Array | undefined): string =>
  packet?.[CODE] === EXCEPTION ? new TextDecoder().decode(packet.slice(28)) : "no error";

let rest: Uint8Array = new Uint8Array(0);
async function readPacket(transport: MemoryTransport): Promise<Uint8Array> {
  const take = async (count: number): Promise<Uint8Array> => {
    while (rest.length < count) {
      const piece = await transport.receive();
      if (piece === undefined) throw new Error("the server closed");
      rest = Uint8Array.from([...rest, ...piece]);
    }
    const taken = rest.slice(0, count);
    rest = rest.slice(count);
    return taken;
  };
  const head = await take(8);
  const body = await take(Number(view(head).getBigUint64(0, true)));
  return Uint8Array.from([...head, ...body]);
}

describe("our server answers TVM's client as TVM's server does", () => {
  test("in a whole session", async () => {
    await tvm.ready();
    const log: string[] = [];
    const frames = recording("session");
    const different = await play(frames, log);
    expect(log).toEqual(["x.bit"]);
    expect([...different.keys()]).toEqual([
      "download a file that is not there",
      "upload ../outside.bin",
      "call main_fn with two arguments",
      "call main_fn with an array of another type",
      "run it",
      "call it",
      "load a module that is not there",
      "load it",
    ]);
    expect(text(different.get("download a file that is not there"))).toBe(
      "the session has no file 'nothing.bin' (it has hello.bin, empty.bin); upload it first",
    );
    expect(text(different.get("upload ../outside.bin"))).toBe(
      "'../outside.bin' cannot be the name of a session's file: it leads to another folder; use a " +
        "plain name such as 'module.wasm'",
    );
    expect(text(different.get("call main_fn with two arguments"))).toBe(
      "main_fn takes 3 arguments (A, B, C), but 2 were given",
    );
    expect(text(different.get("call main_fn with an array of another type"))).toMatch(
      /^argument 3 of main_fn \(C\) must be of type int8, but is int32/,
    );
    expect(text(different.get("load a module that is not there"))).toMatch(
      /^the session has no file 'nothing\.so'/,
    );
    expect(text(different.get("load it"))).toBe(
      "the file 'text.so' is not a module of this library",
    );
    const times = different.get("run it")!;
    expect(times.length).toBe(64);
    for (let i = 0; i < 3; i++) {
      expect(view(times).getFloat64(40 + 8 * i, true)).toBeGreaterThan(0);
    }
  });

  test("with a time-out", async () => {
    expect((await play(recording("timeout"), [])).size).toBe(0);
  });

  test("with another key", async () => {
    const frames = recording("key");
    const [client, server] = MemoryTransport.pair();
    const serving = serve(server, []);
    await client.send(frames[0]!.bytes);
    expect(hex(await readExactly(client, 4))).toBe(hex(frames[1]!.bytes));
    await serving;
    expect(await client.receive()).toBeUndefined();
  });
});
