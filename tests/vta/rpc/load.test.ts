/** Many clients: some lose their servers, some disappear, and many connect one after another. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { goldenProgram } from "../../support/golden-session";
import { eventually, startCommand, type RunningCommand } from "../../support/rpc-processes";

const { rpc } = tvm;
/** More with FUZZ_RUNS, as in other tests. */
const LONG = Number(process.env["FUZZ_RUNS"] ?? 0) >= 10_000;
const [DROPS, SESSIONS] = LONG ? [200, 1000] : [50, 50];

const workdir = mkdtempSync(join(tmpdir(), "rpc-load-"));
const running: RunningCommand[] = [];
const start = async (...args: Parameters<typeof startCommand>): Promise<RunningCommand> => {
  const command = await startCommand(...args);
  running.push(command);
  return command;
};

beforeAll(tvm.ready);
afterEach(async () => {
  await Promise.all(running.splice(0).map((command) => command.stop()));
  await eventually(() => readdirSync(workdir).every((name) => isEmpty(join(workdir, name))));
  for (const name of readdirSync(workdir)) rmSync(join(workdir, name), { recursive: true });
});
afterAll(() => rmSync(workdir, { recursive: true }));

/** Waits until sessions have removed their files. */
function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0;
}

/** Processes that a process has started and that have not ended. */
function childrenOf({ pid }: { readonly pid?: number | undefined }): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const parent = statOf(name)?.[1];
      return parent === String(pid) ? [Number(name)] : [];
    });
}

/** The fields of `/proc/PID/stat` after the command's name; undefined when the process has ended. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  } catch {
    return undefined;
  }
}

/** Resident memory in MiB. */
function memoryOf(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return (pages * 4096) / 2 ** 20;
}

/** Starts a tracker with four servers of one session each. */
async function fourServers(): Promise<{ tracker: RunningCommand; servers: RunningCommand[] }> {
  const tracker = await start("rpc-tracker");
  const args = ["--key", "sim", "--tracker", `127.0.0.1:${tracker.port}`, "--sessions", "1"];
  const servers = await Promise.all(
    [0, 1, 2, 3].map((i) => {
      mkdirSync(join(workdir, `server-${i}`));
      return start("rpc-server", [...args, "--workdir", join(workdir, `server-${i}`)]);
    }),
  );
  await using session = await rpc.connectTracker("127.0.0.1", tracker.port);
  await eventually(async () => (await session.summary()).queues[0]?.free === 4);
  return { tracker, servers };
}

test.each([true, false])(
  "sixteen clients of four servers, two of which are killed while they serve; retry: %s",
  async (retry) => {
    const { tracker, servers } = await fourServers();
    const program = goldenProgram("vta_matmul_opt");
    let killed = 0;
    const job = async (remote: tvm.Session): Promise<string> => {
      await program.module.saveFor(remote, "vta_matmul_opt.wasm");
      if (killed < 2) {
        killed++;
        const workpath = await remote.getFunction("tvm.rpc.server.workpath");
        const number = /server-(\d)/.exec((await workpath("x")) as string)![1];
        await servers[Number(number)]!.stop("SIGKILL");
      }
      await program.run(remote);
      return "right";
    };
    const results = await Promise.all(
      Array.from({ length: 16 }, async () => {
        await using client = await rpc.connectTracker("127.0.0.1", tracker.port);
        return await client
          .requestAndRun("sim", job, { retry, maxRetry: 10 })
          .catch((error: unknown) => {
            if (error instanceof tvm.ConnectionLostError) return "lost";
            throw error;
          });
      }),
    );
    const lost = retry ? 0 : 2;
    expect(results.sort()).toEqual([
      ...Array<string>(lost).fill("lost"),
      ...Array<string>(16 - lost).fill("right"),
    ]);
  },
  300_000,
);

test("connections that are dropped at every point of the handshake leave no process and no file", async () => {
  const server = await start("rpc-server", ["--key", "k", "--workdir", workdir, "--sessions", "2"]);
  // The key, what follows it, and the first packet: InitServer.
  const hello = Buffer.from("71f20f0008000000636c69656e743a6b", "hex");
  const init = Buffer.from(
    "150000000000000002000000050000000000000030" + "2e382e30" + "00000000",
    "hex",
  );
  const bytes = Buffer.concat([hello, init]);
  for (let i = 0; i < DROPS; i++) {
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => {
        const cut = bytes.subarray(0, i % (bytes.length + 1));
        // Half of them close the session, the others break the connection.
        socket.write(cut, () => (i % 2 === 0 ? socket.end() : socket.resetAndDestroy()));
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.resume();
    });
  }
  // Each client that sent the key got a process, which ends as soon as it has started.
  const isQuiet = (): boolean =>
    readdirSync(workdir).length === 0 && childrenOf(server.process).length <= 1;
  await eventually(isQuiet, 600);
  await using session = await rpc.connect("127.0.0.1", server.port, { key: "k" });
  await session.upload(new Uint8Array(1), "x");
  expect(readdirSync(workdir)).toHaveLength(1);
}, 1_800_000);

test("sessions one after another leave the memory of server and tracker as it was", async () => {
  const tracker = await start("rpc-tracker");
  const address = `127.0.0.1:${tracker.port}`;
  const server = await start("rpc-server", ["--key", "k", "--tracker", address, "--sessions", "2"]);
  const client = await rpc.connectTracker("127.0.0.1", tracker.port);
  const sessions = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const session = await client.request("k");
      await session.extDev(0).array(tvm.np.zeros([1024], "int32"));
      await session.close();
    }
  };
  await sessions(20);
  const memory = (): number[] => [server, tracker].map(({ process }) => memoryOf(process.pid!));
  const before = memory();
  await sessions(SESSIONS);
  memory().forEach((after, i) => expect(after - before[i]!).toBeLessThan(30));
  await client.close();
  await eventually(() => childrenOf(server.process).length <= 1);
}, 1_800_000);
