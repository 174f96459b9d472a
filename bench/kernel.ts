/** The kernel's latency for a front end: over ZeroMQ, from request to reply. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Dealer, Subscriber } from "zeromq";
import { Codec } from "../kernel/src/hosts/node/codec";
import type { BenchCase } from "./harness";
import { memory, processTree, processorTime } from "./processes";

const command = fileURLToPath(new URL("../kernel/bin/tvm-vta-kernel.mjs", import.meta.url));
const KEY = "bench";

/** A separate kernel with a single front end. */
export class KernelUnderTest {
  private readonly codec = new Codec({ key: KEY, hash: "sha256" });
  private readonly shell = new Dealer();
  private readonly iopub = new Subscriber();

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    ports: readonly number[],
  ) {
    this.shell.connect(`tcp://127.0.0.1:${ports[0]}`);
    this.iopub.connect(`tcp://127.0.0.1:${ports[3]}`);
    this.iopub.subscribe();
    void this.discardOutputs();
  }

  static async start(): Promise<KernelUnderTest> {
    const ports = await freePorts(5);
    const folder = mkdtempSync(join(tmpdir(), "tvm-vta-bench-"));
    const file = join(folder, "connection.json");
    const names = ["shell", "control", "stdin", "iopub", "hb"];
    const numbers = Object.fromEntries(names.map((name, i) => [`${name}_port`, ports[i]]));
    const signing = { key: KEY, signature_scheme: "hmac-sha256" };
    writeFileSync(
      file,
      JSON.stringify({ ...numbers, ...signing, transport: "tcp", ip: "127.0.0.1" }),
    );
    const process_ = spawn(process.execPath, [command, "start", file], {
      cwd: folder,
      stdio: "ignore",
    });
    return new KernelUnderTest(process_, folder, ports);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Sends a request; resolves with its reply. */
  async ask(type: string, content: Record<string, unknown>): Promise<Record<string, unknown>> {
    const request = this.codec.create(type, content, undefined);
    await this.shell.send(this.codec.encode(request) as Buffer[]);
    for (;;) {
      const reply = this.codec.decode(await this.shell.receive());
      if (reply.parent.msg_id === request.header.msg_id) return reply.content;
    }
  }

  /** Runs a cell; returns its milliseconds. */
  async time(code: string): Promise<number> {
    const started = performance.now();
    const { status, evalue } = await this.ask("execute_request", { code });
    if (status !== "ok") throw new Error(`a cell failed: ${String(evalue)}`);
    return performance.now() - started;
  }

  /** The value of an expression, as text. */
  async value(expression: string): Promise<string> {
    const { user_expressions: values } = await this.ask("execute_request", {
      code: "",
      user_expressions: { value: expression },
    });
    const { data } = (values as { value: { data?: Record<string, string> } }).value;
    if (data === undefined) throw new Error(`${expression} has no value`);
    return data["text/plain"]!;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    await this.ask("shutdown_request", { restart: false });
    await ended;
    this.shell.close();
    this.iopub.close();
    rmSync(this.folder, { recursive: true });
  }

  private async discardOutputs(): Promise<void> {
    for await (const frames of this.iopub) void frames;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.once("listening", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A case with one kernel that is warmed up. */
function withKernel(
  name: string,
  measure: (kernel: KernelUnderTest) => Promise<number[]>,
  unit = "ms",
): BenchCase {
  return {
    name,
    unit,
    better: "lower",
    async run() {
      const kernel = await KernelUnderTest.start();
      try {
        await kernel.time(WARM_UP);
        for (let n = 0; n < 5; n++) await kernel.time("");
        return await measure(kernel);
      } finally {
        await kernel.stop();
      }
    },
  };
}

const WARM_UP = `import * as tvm from "tvm-ts"; import * as vta from "vta-ts"; const { te } = tvm;`;

/** The same cell, in two forms. */
const METHODS = `const $ = te.compute([n, n], (i, j) =>
  A(i, j).add(1).mul(A(j, i).sub(i.floorMod(2).add(j.mul(3)).astype("float32"))).add(A(i, i).trueDiv(2).neg()).sub(A(j, j).mul(2)), "B")`;
const OPERATORS = `const $ = te.compute([n, n], (i, j) =>
  (A(i, j) + 1) * (A(j, i) - (i % 2 + j * 3).astype("float32")) + -(A(i, i) / 2) - A(j, j) * 2, "B")`;

/** Milliseconds of idling before a session's memory is read. */
const IDLE_MS = 3000;

/** The number of samples of each case. */
const STARTS = 5;
const CELLS = 40;
const SESSION_CELLS = 300;

async function repeat(count: number, once: (n: number) => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < count; n++) samples.push(await once(n));
  return samples;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

export const cases: BenchCase[] = [
  {
    name: "kernel/start",
    unit: "ms",
    better: "lower",
    run: () =>
      repeat(STARTS, async () => {
        const started = performance.now();
        const kernel = await KernelUnderTest.start();
        await kernel.time("1 + 1");
        const took = performance.now() - started;
        await kernel.stop();
        return took;
      }),
  },
  // Processor time of all processes, up to the first reply; at most 1.2 s.
  {
    name: "kernel/start_cpu",
    unit: "s",
    better: "lower",
    run: () =>
      repeat(STARTS, async () => {
        const kernel = await KernelUnderTest.start();
        await kernel.time("1 + 1");
        const took = processorTime(processTree(kernel.pid));
        await kernel.stop();
        return took;
      }),
  },
  // Memory of all idle processes; at most 200 MB.
  {
    name: "kernel/idle_memory",
    unit: "MB",
    better: "lower",
    run: () =>
      repeat(STARTS, async () => {
        const kernel = await KernelUnderTest.start();
        await kernel.time("1 + 1");
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
        const taken = memory(processTree(kernel.pid));
        await kernel.stop();
        return taken;
      }),
  },
  withKernel("kernel/empty_cell", (kernel) => repeat(CELLS, () => kernel.time(""))),
  withKernel("kernel/small_cell", (kernel) =>
    repeat(CELLS, (n) => kernel.time(`const x${n} = te.placeholder([${n + 1}], { name: "A" });`)),
  ),
  // The cost of ten operators, against the same cell with methods.
  withKernel("kernel/operators", async (kernel) => {
    await kernel.time(
      'const n = te.sizeVar("n"); const A = te.placeholder([n, n], { name: "A" });',
    );
    return repeat(CELLS, async (k) => {
      const cells = {
        methods: METHODS.replace("$", `m${k}`),
        operators: OPERATORS.replace("$", `o${k}`),
      };
      const times = { methods: 0, operators: 0 };
      // The second of two can profit from caches, so the order alternates.
      for (const name of k % 2 === 0
        ? (["methods", "operators"] as const)
        : (["operators", "methods"] as const)) {
        times[name] = await kernel.time(cells[name]);
      }
      return times.operators - times.methods;
    });
  }),
  withKernel("kernel/completion", (kernel) =>
    repeat(CELLS, async () => {
      const started = performance.now();
      await kernel.ask("complete_request", { code: "te.", cursor_pos: 3 });
      return performance.now() - started;
    }),
  ),
  // The ratio of the time of a long session's last cells to that of the cells around the tenth.
  withKernel(
    "kernel/long_session",
    async (kernel) => {
      const times = await repeat(SESSION_CELLS, (n) =>
        kernel.time(`function f${n}(x: number) { return { x, n: ${n} } }\nf${n}(1)`),
      );
      return [median(times.slice(-15)) / median(times.slice(5, 20))];
    },
    "times",
  ),
];
