import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordsIn, sweep } from "./run-sweep";

const worker = fileURLToPath(
  new URL("../../../lib/vta/dist/node/worker-command.js", import.meta.url),
);
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function untilPrinted(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.stdout!.on("data", (data: Buffer) => {
      printed += data.toString();
      if (printed.includes(text)) resolve();
    });
    child.on("exit", () => reject(new Error(`ended without "${text}":\n${printed}`)));
  });
}

describe("without Redis", () => {
  test("an exploration says how to start one", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await expect(sweep("/dev/null", url, 5)).rejects.toThrow(
      `no Redis answers at ${url}; start one with \`redis-server\``,
    );
  });

  test("a worker says how to start one", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const { status, stderr } = spawnSync(process.execPath, [worker, "--redis", url]);
    expect([status, stderr.toString()]).toEqual([
      1,
      expect.stringContaining(`tvm-vta-worker: no Redis answers at ${url}`),
    ]);
  });

  test("a worker refuses an invalid number of threads", () => {
    const { status, stderr } = spawnSync(process.execPath, [worker, "--threads", "none"]);
    expect([status, stderr.toString()]).toEqual([
      1,
      expect.stringContaining("it must be an integer of at least 1"),
    ]);
  });
});

describe.runIf(hasRedis)("with Redis", () => {
  let folder: string;
  let redis: ChildProcess;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tvm-vta-redis-"));
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const options = ["--port", String(port), "--save", "", "--dir", folder, "--bind", "127.0.0.1"];
    redis = spawn("redis-server", options);
    await untilPrinted(redis, "Ready to accept connections");
  });
  afterAll(() => {
    redis.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const startWorker = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [worker, "--redis", url, "--threads", "1"]);
    await untilPrinted(child, "measuring trials");
    return child;
  };

  test("two workers, one of which is killed, lose and repeat no trial", async () => {
    const local = join(folder, "local.log");
    const queued = join(folder, "queued.log");
    const { best } = await sweep(local, "2", 60);
    const [first, second] = [await startWorker(), await startWorker()];
    const running = sweep(queued, url, 60);
    setTimeout(() => first.kill("SIGKILL"), 2500);
    expect((await running).best).toBe(best);
    second.kill();
    const trials = (path: string) => recordsIn(path).map(({ index, note }) => [index, note]);
    expect(trials(queued)).toEqual(trials(local));
  }, 180_000);
});
