/** Client, server and tracker in separate processes, over TCP and WebSocket. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { goldenProgram } from "../../support/golden-session";
import { eventually, startCommand, type RunningCommand } from "../../support/rpc-processes";

const { rpc, nd, np } = tvm;
const workdir = mkdtempSync(join(tmpdir(), "rpc-test-"));
const running: RunningCommand[] = [];
const start = async (...args: Parameters<typeof startCommand>): Promise<RunningCommand> => {
  const command = await startCommand(...args);
  running.push(command);
  return command;
};
let server: RunningCommand;

beforeAll(async () => {
  await tvm.ready();
  server = await start("rpc-server", ["--key", "k", "--workdir", workdir, "--sessions", "4"]);
}, 120_000);
afterAll(async () => {
  await Promise.all(running.map((command) => command.stop()));
  rmSync(workdir, { recursive: true });
});

describe.each(["tcp", "ws"])("a session over %s", (protocol) => {
  const open = (options: object = { key: "k" }): Promise<tvm.Session> =>
    rpc.connect(`${protocol}://127.0.0.1:${server.port}`, options);

  test.each(["vta_vadd", "vta_matmul_opt", "vta_conv2d_opt"])(
    "runs %s with the digest and the counters of a local run",
    async (name) => {
      const program = goldenProgram(name);
      await using session = await open();
      await vta.reconfigRuntime(session);
      await vta.programFpga(session);
      await program.module.saveFor(session, `${name}.wasm`);
      const clear = await session.getFunction("vta.simulator.profiler_clear");
      await clear();
      await program.run(session);
      const status = await session.getFunction("vta.simulator.profiler_status");
      expect(JSON.parse((await status()) as string)).toEqual(program.stats);
    },
  );

  test("has a separate error for each kind of failure", async () => {
    await expect(open({ key: "x" })).rejects.toThrow(tvm.KeyRefusedError);
    await expect(rpc.connect(`${protocol}://127.0.0.1:1`)).rejects.toThrow(tvm.ConnectionLostError);
    const session = await open({ key: "k", sessionTimeout: 1 });
    const f = await session.getFunction("vta.simulator.profiler_clear");
    await f();
    await eventually(
      async () =>
        !(await f().then(
          () => true,
          () => false,
        )),
    );
    await expect(f()).rejects.toThrow(tvm.RpcTimeoutError);
  });

  test("confines files, separates sessions and removes their files", async () => {
    const [one, two] = [await open(), await open()];
    await one.upload(new Uint8Array([1, 2, 3]), "a.bin");
    expect([...(await one.download("a.bin"))]).toEqual([1, 2, 3]);
    await expect(two.download("a.bin")).rejects.toThrow("the session has no file 'a.bin'");
    for (const name of ["../outside.bin", "/etc/passwd", "a/b", "..", ""]) {
      await expect(one.upload(new Uint8Array(1), name)).rejects.toThrow(
        "cannot be the name of a session's file",
      );
    }
    await one.upload(Uint8Array.of(127, 69, 76, 70, 2), "text.so");
    await expect(one.loadModule("text.so")).rejects.toThrow(
      "'text.so' is a library of machine code, but this server runs WebAssembly modules",
    );
    expect(readdirSync(workdir)).toHaveLength(2);
    await one.close();
    await two.close();
    await eventually(() => readdirSync(workdir).length === 0);
  });

  test("copies arrays between devices, and takes every kind of argument", async () => {
    await using session = await open();
    const data = np.arange(12).astype("float16").reshape([3, 4]);
    const a = await nd.array(data, session.cpu(0));
    const b = await a.copyTo(session.extDev(0));
    expect((await b.numpy()).toArray()).toEqual(data.toArray());
    expect(await session.extDev(1).exists()).toBe(false);
    // Another library's array, with strides: the transposed one.
    const lent = {
      __dlpack__: () => ({
        ...{ data: Int16Array.of(0, 1, 2, 3, 4, 5).buffer, byteOffset: 0, shape: [3, 2] },
        ...{ strides: [1, 3], dtype: { code: 0, bits: 16, lanes: 1 }, device: { type: 1, id: 0 } },
      }),
    };
    const c = await nd.array(lent, session.extDev(0));
    expect((await c.numpy()).toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    // A notebook shows it like a local array.
    const shown = (array: object): Promise<object> =>
      (array as Record<symbol, () => Promise<object>>)[Symbol.for("Jupyter.display")]!();
    expect(await shown(b)).toEqual({
      ...(await shown(nd.array(data, tvm.cpu(0)))),
      "text/plain": String(data),
    });
    await a.free();
    expect(await shown(a)).toEqual({ "text/plain": String(a) });
    await expect(a.numpy()).rejects.toThrow("was freed");
    const workpath = await session.getFunction("tvm.rpc.server.workpath");
    for (const value of [1.5, 7n, null, rpc.float(2), rpc.dtype("int8"), session.cpu(0), b, true]) {
      await expect(workpath(value)).rejects.toThrow("the file name must be a string");
    }
    const path = (await workpath("x")) as string;
    expect(path.startsWith(join(workdir, "tvm-rpc-")) && path.endsWith("/x")).toBe(true);
  });
});

describe.each(["tcp", "ws"])("copies over %s", (protocol) => {
  test("that run at the same time do not mix", async () => {
    await using session = await rpc.connect(`${protocol}://127.0.0.1:${server.port}`, { key: "k" });
    const sources = [1, 2, 3].map((step) => np.arange(0, step << 22, step).astype("int32"));
    const arrays = await Promise.all(sources.map((data) => session.extDev(0).array(data)));
    const copies = await Promise.all(arrays.map((array) => array.numpy()));
    copies.forEach(({ data }, i) =>
      expect(Buffer.compare(bytesOf(data), bytesOf(sources[i]!.data))).toBe(0),
    );
  });
});

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

describe("a server", () => {
  test("outlives connections that drop at every point of the handshake", async () => {
    const { bytes } = { bytes: Buffer.from("71f20f0008000000636c69656e743a6b", "hex") };
    for (let i = 0; i < 40; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, "127.0.0.1", () => {
          socket.write(bytes.subarray(0, i % (bytes.length + 1)), () => socket.destroy());
        });
        socket.on("close", () => resolve());
      });
    }
    await using session = await rpc.connect("127.0.0.1", server.port, { key: "k" });
    await session.upload(new Uint8Array(1), "x");
    await eventually(() => readdirSync(workdir).length === 1);
  });

  test("refuses web pages of other origins", async () => {
    const ask = (origin: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(server.port, "127.0.0.1", () =>
          socket.write(
            `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
              `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
              `Origin: ${origin}\r\n\r\n`,
          ),
        );
        socket.once("data", (data) => {
          resolve(String(data).split("\r\n")[0]!);
          socket.destroy();
        });
        socket.on("error", reject);
      });
    expect(await ask("http://evil.example")).toBe("HTTP/1.1 403 Forbidden");
    expect(await ask("http://localhost.evil.example")).toBe("HTTP/1.1 403 Forbidden");
    expect(await ask("http://localhost:8888")).toBe("HTTP/1.1 101 Switching Protocols");
  });

  test("that is killed is reported, and leaves nothing pending", async () => {
    const folder = join(workdir, "killed");
    mkdirSync(folder);
    const other = await start("rpc-server", ["--workdir", folder]);
    const session = await rpc.connect("127.0.0.1", other.port);
    const pending = [session.download("a"), session.download("b")];
    await Promise.allSettled(pending);
    await other.stop("SIGKILL");
    await eventually(async () => {
      const error: unknown = await session.download("x").then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return error instanceof tvm.ConnectionLostError;
    });
    // Its worker process has noticed and has removed its files.
    await eventually(() => readdirSync(folder).length === 0);
    rmSync(folder, { recursive: true });
  });
});

describe("a tracker", () => {
  test("assigns its servers to clients, some of which lose theirs", async () => {
    const tracker = await start("rpc-tracker");
    const address = `127.0.0.1:${tracker.port}`;
    const servers = await Promise.all(
      [0, 1, 2].map(() =>
        start("rpc-server", ["--key", "sim", "--tracker", address, "--sessions", "1"]),
      ),
    );
    const session = await rpc.connectTracker("127.0.0.1", tracker.port);
    await eventually(async () => (await session.summary()).queues[0]?.free === 3);
    expect(await session.textSummary()).toMatch(/sim +3 +3 +0/);
    const program = goldenProgram("vta_matmul_opt");
    let runs = 0;
    const job = async (remote: tvm.Session): Promise<string> => {
      await remote.upload(program.bytes, "vta_matmul_opt.wasm");
      // The first server is killed while it has a client.
      if (runs++ === 0) {
        const busy = (): RunningCommand | undefined =>
          servers.find(({ output }) => output().includes("session started"));
        await eventually(() => busy() !== undefined);
        await busy()!.stop("SIGKILL");
      }
      await program.run(remote);
      return "right";
    };
    const jobs = Array.from({ length: 6 }, () =>
      session.requestAndRun("sim", job, { retry: true }),
    );
    expect(await Promise.all(jobs)).toEqual(Array(6).fill("right"));
    expect(runs).toBeGreaterThan(6);
    await eventually(async () => (await session.summary()).queues[0]?.free === 2);
    // Servers notice that the tracker has ended, and find it again when it has restarted.
    await tracker.stop();
    await expect(session.summary()).rejects.toThrow(tvm.ConnectionLostError);
    const again = await start("rpc-tracker", ["--port", String(tracker.port)]);
    expect(again.port).toBe(tracker.port);
    await eventually(async () => {
      const queues = await session.summary().then(
        ({ queues }) => queues,
        () => [],
      );
      return queues[0]?.free === 2;
    });
    await session.close();
  }, 180_000);
});
