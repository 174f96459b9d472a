import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { build, lower, nd, np, ready, rpc, te, tir } from "tvm-ts";
import * as vta from "vta-ts";

beforeAll(() => ready());

type Message = { data: object };

/** A kernel that keeps what a comm sends. */
class FakeKernel {
  readonly sent: unknown[] = [];
  private accept: ((comm: object) => void) | undefined;
  private handler: ((message: Message) => void) | undefined;

  constructor(readonly variables: ReadonlyMap<string, unknown>) {}

  readonly comm = {
    register: (target: string, accept: (comm: object) => void): void => {
      expect(target).toBe("tvm-vta.session");
      this.accept = accept;
    },
  };

  open(): void {
    this.accept!({
      send: (data: unknown) => this.sent.push(JSON.parse(JSON.stringify(data))),
      onMessage: (handler: (message: Message) => void) => (this.handler = handler),
    });
  }

  ask(data: object): unknown {
    this.handler!({ data });
    return this.sent.at(-1);
  }
}

const NOTHING = new vta.Profiler().stats;
const A = te.placeholder([64], { name: "A" });
const B = te.compute([64], (i) => A(i).add(1), "B");
const schedule = te.createSchedule(B.op);
const env = vta.getEnv();

describe("a session", () => {
  let kernel: FakeKernel;
  let stats = NOTHING;

  beforeEach(() => {
    const trace = new vta.ExecutionTrace(env);
    const entries: [string, unknown][] = [
      ["schedule", schedule],
      ["n", 3],
      ["nothing", undefined],
      ["lowered", lower(schedule, [A, B])],
      ["trace", trace],
      ["program", build(schedule, [A, B])],
    ];
    kernel = new FakeKernel(new Map(entries));
    const { comm, variables } = kernel;
    Object.assign(globalThis, { jupyter: { comm, variables: () => variables } });
    stats = NOTHING;
    vta.view.serveSessionView(() => stats);
    kernel.open();
  });

  afterEach(() => {
    delete (globalThis as { jupyter?: unknown }).jupyter;
  });

  test("sends a front end that opens a comm the environment and the variables of cells", () => {
    expect(kernel.sent).toEqual([
      {
        version: 1,
        environment: JSON.parse(JSON.stringify(vta.view.environmentView(env))) as unknown,
        objects: [
          { name: "schedule", kind: "schedule", text: "A, B" },
          { name: "lowered", kind: "function", text: "main" },
          { name: "trace", kind: "trace", text: "0" },
          { name: "program", kind: "module", text: "main" },
        ],
        trackers: [],
        variables: expect.arrayContaining([
          { name: "n", type: "number", value: "3" },
          { name: "nothing", type: "undefined", value: "undefined" },
        ]) as unknown,
      },
    ]);
  });

  test("sends the cost of the last call", () => {
    stats = vta.trace(() => undefined).stats;
    expect(kernel.ask({})).not.toHaveProperty("lastCall");
    stats = Object.assign(new vta.Profiler(), { gemmCounter: 16 }).stats;
    expect(kernel.ask({})).toMatchObject({ lastCall: { counters: { gemm_counter: 16 } } });
  });

  test("follows the current environment", () => {
    vta.withEnvironment({ ...env.config, LOG_BATCH: 1 }, () => {
      expect(kernel.ask({})).toMatchObject({ environment: { gemm: { batch: 2 } } });
    });
  });

  test("shows an object as a cell would", () => {
    const reply = kernel.ask({ show: "schedule" }) as vta.view.ShownReply;
    expect(reply.shown).toBe("schedule");
    expect(Object.keys(reply.bundle!)).toContain("application/vnd.tvm-vta.schedule.v1+json");
  });

  test("shows the program that a module was built from", () => {
    const { bundle } = kernel.ask({ show: "program" }) as vta.view.ShownReply;
    expect(bundle!["text/markdown"]).toMatch(/^```tir\n@main = primfn\(/);
  });

  test.each(["gone", "n", "nothing"])("answers that there is nothing to show of %s", (name) => {
    expect(kernel.ask({ show: name })).toEqual({ shown: name });
  });
});

describe("a session with a tracker", () => {
  test("sends the tracker's queues, and the reason if the tracker does not answer", async () => {
    const running = await rpc.startTracker({ port: 0 });
    const tracker = await rpc.connectTracker(`tcp://127.0.0.1:${running.port}`);
    const waits = tracker.request("vta", { user: "Ada" }).catch(() => undefined);
    const kernel = new FakeKernel(new Map<string, unknown>([["queue", tracker]]));
    const { comm, variables } = kernel;
    Object.assign(globalThis, { jupyter: { comm, variables: () => variables } });
    try {
      vta.view.serveSessionView(() => NOTHING);
      kernel.open();
      expect(kernel.sent[0]).toMatchObject({ trackers: ["queue"] });
      const facts = async (): Promise<unknown> => {
        const before = kernel.sent.length;
        kernel.ask({ trackers: true });
        await expect.poll(() => kernel.sent.length).toBe(before + 1);
        return kernel.sent.at(-1);
      };
      await expect.poll(facts).toMatchObject({
        trackers: [
          {
            name: "queue",
            address: `tcp://127.0.0.1:${running.port}`,
            summary: {
              queues: [{ key: "vta", total: 0, free: 0, pending: 1 }],
              waiting: [{ key: "vta", user: "Ada" }],
            },
          },
        ],
      });
      await tracker.close();
      await waits;
      expect(await facts()).toMatchObject({
        trackers: [{ name: "queue", error: expect.stringContaining("closed") as string }],
      });
    } finally {
      delete (globalThis as { jupyter?: unknown }).jupyter;
      await running.close();
    }
  });
});

test.each([
  ["text", "a\nb", { type: "string", value: '"a\\nb"' }],
  ["list", [1, "b", {}], { type: "Array", shape: "3", value: '1, "b", Object' }],
  ["table", new Map([["a", 1]]), { type: "Map", shape: "1", value: '"a"' }],
  ["bytes", Uint8Array.of(1, 2), { type: "Uint8Array", shape: "2", bytes: 2, value: "1, 2" }],
  ["zeros", np.zeros([2, 2]), { type: "NumpyArray float64", shape: "2 x 2", bytes: 32 }],
  ["device", nd.empty([3, 4], "int8"), { type: "NDArray int8", shape: "3 x 4", bytes: 12 }],
  ["large", nd.empty([64, 64], "int32"), { shape: "64 x 64", bytes: 16384, value: "" }],
  ["A", A, { type: "Tensor float32", shape: "64", bytes: 256 }],
  ["sum", new tir.Var("n").add(1), { type: "Add", value: "(n: int32 + 1)" }],
  ["f", (x: number) => x, { type: "function" }],
  [
    "C",
    class C {
      x = 1;
    },
    { type: "class", value: "C" },
  ],
  ["own", { a: 1, b: 2 }, { type: "Object", value: "{ a, b }" }],
  [
    "bad",
    {
      toString: () => {
        throw new Error("no text");
      },
    },
    { type: "object", value: "" },
  ],
])("a variable %s is sent with its type, shape, size and value", (name, value, fact) => {
  const { variables } = vta.view.sessionView(new Map<string, unknown>([[name, value]]), NOTHING);
  expect(variables).toMatchObject([{ name, ...fact }]);
});

test("leaves out the libraries' namespaces", () => {
  // Like a namespace that a page's bundler makes.
  const bundled = Object.defineProperty({}, "te", { enumerable: true, get: () => te });
  const namespaces = Object.entries({ vta, te, bundled });
  const { variables } = vta.view.sessionView(new Map<string, unknown>(namespaces), NOTHING);
  expect(variables).toEqual([]);
});

test("is not sent by a kernel without variables", () => {
  Object.assign(globalThis, { jupyter: { comm: { register: () => expect.unreachable() } } });
  vta.view.serveSessionView(() => NOTHING);
  delete (globalThis as { jupyter?: unknown }).jupyter;
});
