/** Our client with the recorded servers of TVM's client: every frame is the same. */

import { describe, expect, test, vi } from "vitest";
import * as tvm from "tvm-ts";
import {
  ConnectionLostError,
  KeyRefusedError,
  RemoteError,
  RemoteSession,
  RpcTimeoutError,
} from "../../../lib/tvm-ts/src/rpc";
import { recording, RecordedServer, type Frame } from "./replay";

const { np, nd } = tvm;
const host = { readFile: (): Uint8Array => new Uint8Array() };

/** The frame after `start` with a note of the recording. */
function noted(frames: readonly Frame[], note: string, from: Frame["from"]): Frame[] {
  return frames.filter((frame) => frame.note === note && frame.from === from);
}

/** The elements that the recording's client copied into its `i`-th array for the call. */
function copied(frames: readonly Frame[], i: number): Uint8Array {
  const copies = noted(frames, "array for the call", "client").filter(
    ({ bytes }) => bytes[8] === 7,
  );
  const { bytes } = copies[i]!;
  // Length, code, the array's record of four dimensions, its size.
  return bytes.slice(8 + 4 + 64 + 8);
}

describe("our client sends what TVM's client sends", () => {
  test("in a whole session", async () => {
    const frames = recording("session");
    const server = new RecordedServer(frames);
    const session = await RemoteSession.open(server, host);

    await expect(session.getFunction("no.such.function")).rejects.toThrow(
      "a session with recorded:1 has no function 'no.such.function'",
    );
    await session.upload(new TextEncoder().encode("hello"), "hello.bin");
    await session.upload(new Uint8Array(0), "empty.bin");
    expect(new TextDecoder().decode(await session.download("hello.bin"))).toBe("hello");
    const missing = await session.download("nothing.bin").catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(RemoteError);
    expect((missing as RemoteError).sentence).toMatch(/^recorded:1 reports: .*nothing\.bin$/);
    expect((missing as RemoteError).remoteText).toContain("Stack trace:");
    await session.remove("hello.bin");
    await session.upload(new TextEncoder().encode("x"), "../outside.bin");

    expect(await session.extDev(0).exists()).toBe(true);
    const cuda = session as unknown as {
      remote: { deviceExists(device: object): Promise<boolean> };
    };
    expect(await cuda.remote.deviceExists({ type: 2, id: 0 })).toBe(false);

    const values = np.array([0, 1, 2, 3, 4, 5], "int32").reshape([2, 3]);
    const a = await nd.array(values, session.cpu(0));
    expect((await a.numpy()).toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect((await a.numpy()).dtype).toBe("int32");
    const b = await nd.array(np.array([0, 1, 2, 3], "float32"), session.extDev(0));
    expect((await b.numpy()).toArray()).toEqual([0, 1, 2, 3]);
    expect((await b.numpy()).toArray()).toEqual([0, 1, 2, 3]);
    const empty = await nd.empty([3, 5], "int8", session.cpu(0));
    expect((await empty.numpy()).toArray()).toEqual(Array(3).fill(Array(5).fill(0)));
    const c = await a.copyTo(session.cpu(0));
    await c.free();
    await session.cpu(0).sync();
    await a.free();

    const library = noted(frames, "upload vadd.so", "client")[0]!.bytes;
    await session.upload(library.slice(8 + 4 + 8 + 4 + 8 + 8 + 7 + 8), "vadd.so");
    const module = await session.loadModule("vadd.so");
    const main = await module.getFunction("main_fn");
    await expect(module.getFunction("missing")).rejects.toThrow(
      "the module vadd.so of a session with recorded:1 has no function 'missing'",
    );
    const shape = [1, 64, 1, 16];
    const int32 = (bytes: Uint8Array) => np.array(new Int32Array(bytes.buffer)).reshape(shape);
    const inputs = [copied(frames, 0), copied(frames, 1)].map(int32);
    const result = np.array(new Int8Array(copied(frames, 2).buffer)).reshape(shape);
    const args = [];
    for (const input of [...inputs, result]) {
      const array = await nd.array(input, session.extDev(0));
      args.push(array);
      // The recording's client read back what it had copied.
      expect((await array.numpy()).toArray()).toEqual(input.toArray());
    }
    const [x, y, z] = args as [(typeof args)[0], (typeof args)[0], (typeof args)[0]];
    expect(await main(x, y, z)).toBeUndefined();
    const expected = inputs[0]!.add(inputs[1]!).astype("int8");
    expect((await z.numpy()).toArray()).toEqual(expected.toArray());
    await expect(main(x, y)).rejects.toThrow("recorded:1 reports: main_fn takes 3 arguments");
    await expect(main(x, y, y)).rejects.toThrow(
      "recorded:1 reports: argument 3 of main_fn (C) must be of type int8",
    );
    const time = module.timeEvaluator("main_fn", session.extDev(0), { number: 2, repeat: 3 });
    const { results } = await time(x, y, z);
    expect(results).toHaveLength(3);
    for (const seconds of results) expect(seconds).toBeGreaterThan(0);

    const status = await session.getFunction("vta.simulator.profiler_status");
    const counters = JSON.parse((await status()) as string) as Record<string, number>;
    expect(counters).toMatchObject({ acc_load_nbytes: 65536, uop_load_nbytes: 32 });
    const clear = await session.getFunction("vta.simulator.profiler_clear");
    await clear();
    await clear.free();
    await expect(session.getFunction("testing.echo")).rejects.toThrow("has no function");
    const program = await session.getFunction("tvm.contrib.vta.init");
    await program("x.bit");
    await program.free();
    await expect(session.loadModule("nothing.so")).rejects.toThrow(
      /reports: ValueError: cannot find file .*nothing\.so/,
    );
    await session.upload(new TextEncoder().encode("not a library"), "text.so");
    await expect(session.loadModule("text.so")).rejects.toThrow("file too short");

    await empty.free();
    await x.free();
    await y.free();
    await z.free();
    await (time as unknown as { free(): Promise<void> }).free();
    await main.free();
    await module.free();
    await status.free();
    await b.free();
    await session.close();
    expect(server.left).toBe(0);
  });

  test("with a time-out", async () => {
    const server = new RecordedServer(recording("timeout"));
    const session = await RemoteSession.open(server, host, { sessionTimeout: 3 });
    await session.close();
    expect(server.left).toBe(0);
  });

  test.each([
    ["before its time-out, the connection is lost", 2999, ConnectionLostError],
    ["at its time-out, the time-out is reported", 3000, RpcTimeoutError],
  ])("where a server ends the session %s", async (_, elapsed, kind) => {
    const clock = vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(elapsed);
    const frames = recording("timeout").filter((frame) => !frame.closes);
    const session = await RemoteSession.open(new RecordedServer(frames.slice(0, 5)), host, {
      sessionTimeout: 3,
    });
    await expect(session.download("a")).rejects.toThrow(kind);
    clock.mockRestore();
  });

  test("with a key that the server does not have", async () => {
    const server = new RecordedServer(recording("key"));
    const refused = RemoteSession.open(server, host, { key: "other" });
    await expect(refused).rejects.toThrow(KeyRefusedError);
    await expect(refused).rejects.toThrow(
      "recorded:1 refuses the key 'other': the server has another key",
    );
    expect(server.left).toBe(0);
  });

  test("until a server disappears, with which all pending calls fail", async () => {
    const frames = recording("session").slice(0, 6);
    const session = await RemoteSession.open(new RecordedServer(frames), host);
    const waiting = [session.download("a"), session.remove("b")];
    for (const each of waiting) await expect(each).rejects.toThrow(ConnectionLostError);
    await expect(session.download("c")).rejects.toThrow(ConnectionLostError);
  });
});
