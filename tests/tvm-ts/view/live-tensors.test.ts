import { afterEach, expect, test } from "vitest";
import { view } from "tvm-ts";

type Handler = (message: { data: object }) => void;
type Sent = (view.TileReply | view.TileRefusal) & { values?: number[] };

/** A kernel with one comm at a time, seen from the front end. */
class FakeKernel {
  readonly sent: Sent[] = [];
  closed = false;
  private accept: ((comm: object, message: { data: object }) => void) | undefined;
  private handler: Handler | undefined;

  constructor() {
    Object.assign(globalThis, {
      jupyter: {
        comm: {
          register: (target: string, accept: typeof this.accept) => {
            expect(target).toBe("tvm-vta.tensor");
            this.accept = accept;
          },
        },
      },
    });
  }

  open(tensor: unknown): void {
    this.closed = false;
    const comm = {
      send: (data: Sent, { buffers = [] }: { buffers?: Uint8Array[] } = {}) => {
        const values = buffers.flatMap((bytes) => [...new Float64Array(bytes.buffer)]);
        this.sent.push({ ...data, values });
      },
      close: () => (this.closed = true),
      onMessage: (handler: Handler) => (this.handler = handler),
    };
    this.accept!(comm, { data: { tensor } });
  }

  ask(request: object): Sent {
    this.handler!({ data: { request: 1, ...request } });
    return this.sent.at(-1)!;
  }
}

afterEach(() => {
  delete (globalThis as { jupyter?: unknown }).jupyter;
});

function shown(shape: number[], data: ArrayLike<number>): view.TensorView {
  const bundle = view.tensorBundle({ shape, dtype: "float32", data }, "");
  return bundle[view.mimeTypes.tensor] as view.TensorView;
}

const LARGE = [512, 512];
const largeData = Float32Array.from({ length: 512 * 512 }, (_, i) => i);

test("without a kernel, nothing is kept", () => {
  expect(shown(LARGE, largeData).live).toBeUndefined();
});

test("a tensor that is shown completely is not kept", () => {
  new FakeKernel();
  expect(shown([4], [1, 2, 3, 4]).live).toBeUndefined();
});

test("a part of a tensor is sent in full, or as means if it is too large", () => {
  const kernel = new FakeKernel();
  kernel.open(shown(LARGE, largeData).live);
  const sides = { rows: [0], columns: [1], at: [0, 0] };
  const down = { start: 10, stop: 12 };
  expect(kernel.ask({ ...sides, down, across: { start: 5, stop: 8 }, most: 64 })).toEqual({
    request: 1,
    rows: 2,
    columns: 3,
    rowBlock: 1,
    columnBlock: 1,
    values: [5125, 5126, 5127, 5637, 5638, 5639],
  });
  expect(kernel.ask({ ...sides, down, across: { start: 0, stop: 5 }, most: 2 })).toMatchObject({
    rows: 2,
    columns: 2,
    columnBlock: 3,
    values: [5121, 5123.5, 5633, 5635.5],
  });
});

test("axes may be fixed at an index, change sides, and be joined in any order", () => {
  const kernel = new FakeKernel();
  const shape = [3, 400, 5, 16];
  const size = 3 * 400 * 5 * 16;
  kernel.open(
    shown(
      shape,
      Float32Array.from({ length: size }, (_, i) => i),
    ).live,
  );
  const at = (a: number, b: number, c: number, d: number) => ((a * 400 + b) * 5 + c) * 16 + d;
  const reply = kernel.ask({
    rows: [1, 3],
    columns: [0],
    at: [0, 0, 4, 0],
    down: { start: 17, stop: 19 },
    across: { start: 0, stop: 3 },
    most: 100,
  });
  const row = (b: number, d: number) => [0, 1, 2].map((a) => at(a, b, 4, d));
  expect(reply.values).toEqual([...row(1, 1), ...row(1, 2)]);
});

test("the difference farthest from zero represents its block", () => {
  const kernel = new FakeKernel();
  const actual = new Float32Array(512 * 512);
  actual[700] = -3;
  const source = (data: Float32Array) => ({ shape: LARGE, dtype: "float32", data });
  const bundle = view.tensorDiffBundle(source(actual), source(new Float32Array(512 * 512)));
  kernel.open((bundle[view.mimeTypes.tensorDiff] as view.TensorDiffView).live);
  const whole = { start: 0, stop: 512 };
  const request = { rows: [0], columns: [1], at: [0, 0], down: whole, across: whole, most: 2 };
  expect(kernel.ask(request).values).toEqual([-3, 0, 0, 0]);
});

test.each([
  ["an axis that is not there", { rows: [2] }],
  ["an axis twice", { columns: [0] }],
  ["rows beyond the last", { down: { start: 0, stop: 513 } }],
  ["no rows", { down: { start: 4, stop: 4 } }],
  ["no number", { across: { start: 0, stop: NaN } }],
  ["an index beyond the extent", { columns: [], at: [0, 512], across: { start: 0, stop: 1 } }],
  ["too large an answer", { most: 1e6 }],
  ["nothing", { rows: undefined, columns: undefined, at: undefined }],
])("a request for %s is answered with an error", (_, change) => {
  const kernel = new FakeKernel();
  kernel.open(shown(LARGE, largeData).live);
  const whole = { start: 0, stop: 512 };
  const request = { rows: [0], columns: [1], at: [0, 0], down: whole, across: whole, most: 64 };
  expect(kernel.ask({ ...request, ...change })).toMatchObject({
    request: 1,
    error: "the requested part is not within the tensor",
  });
});

test("a comm for a tensor of another session is closed", () => {
  const kernel = new FakeKernel();
  shown(LARGE, largeData);
  kernel.open("of-yesterday");
  expect(kernel.closed).toBe(true);
});

test("if there are too many tensors, those shown last are kept", () => {
  const kernel = new FakeKernel();
  const shape = [4096, 1024]; // 32 MiB as doubles
  const data = new Float32Array(4096 * 1024);
  const ids = Array.from({ length: 9 }, () => shown(shape, data).live);
  kernel.open(ids[0]);
  expect(kernel.closed).toBe(true);
  kernel.open(ids[1]);
  expect(kernel.closed).toBe(false);
});
