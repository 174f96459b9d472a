/** Rolling buffers: the same results with fewer computations, for any tiles. */

import fc from "fast-check";
import * as tvm from "tvm-ts";
import { np, te, type PassContext } from "tvm-ts";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => tvm.ready());

const rolling = new tvm.PassContext({
  config: { "tir.add_lower_pass": [[0, tvm.transforms.injectRollingBuffer]] },
});

interface Shape {
  /** The sizes of the window that reads B, and of a tile of D. */
  readonly window: number;
  readonly stride: number;
  readonly tile: readonly [number, number];
}

/** Two windows one after another, the first one computed for a tile of the second. */
function windows({ window, stride, tile }: Shape) {
  const A = te.placeholder([20, 23], { name: "A", dtype: "int32" });
  const [rows, columns] = [Math.floor((20 - window) / stride) + 1, 23 - window + 1];
  const B = te.compute([20, 23], (h, w) => A(h, w).mul(3), "B");
  const y = te.reduceAxis([0, window], "y");
  const x = te.reduceAxis([0, window], "x");
  const D = te.compute(
    [rows, columns],
    (h, w) => te.sum(B(h.mul(stride).add(y), w.add(x)), [y, x]),
    "D",
  );
  const s = te.createSchedule(D.op);
  const d = s.stage(D);
  const [ho, wo, hi, wi] = d.tile(D.op.axis[0]!, D.op.axis[1]!, ...tile);
  d.reorder(ho, wo, hi, wi);
  return { A, D, s, b: s.stage(B).computeAt(d, wo), d, ho, shape: [rows, columns] };
}

function results(of: ReturnType<typeof windows>, context: PassContext): number[] {
  const module = tvm.lower(of.s, [of.A, of.D], { context });
  const result = tvm.nd.empty(of.shape, "int32");
  const given = np
    .arange(20 * 23)
    .reshape([20, 23])
    .astype("int32");
  tvm.build(module)(tvm.nd.array(given), result);
  return [...result.numpy().data].map(Number);
}

test("a rolling buffer has the same results as computing each part again", () => {
  const shapes = fc.record({
    window: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    tile: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 2, max: 9 })),
  });
  fc.assert(
    fc.property(shapes, (shape) => {
      const plain = windows(shape);
      const rolls = windows(shape);
      rolls.b.rollingBuffer();
      expect(results(rolls, rolling)).toEqual(results(plain, new tvm.PassContext()));
    }),
    { numRuns: 25 },
  );
});

test("a rolling buffer may have another layout, of which each step computes a part", () => {
  const shape: Shape = { window: 3, stride: 2, tile: [9, 2] };
  const rolls = windows(shape);
  rolls.b.transformLayout((h, w) => h.mul(23).add(w));
  rolls.b.rollingBuffer();
  expect(results(rolls, rolling)).toEqual(results(windows(shape), new tvm.PassContext()));
});

test("without the pass every part is computed again", () => {
  const shape: Shape = { window: 3, stride: 1, tile: [4, 5] };
  const rolls = windows(shape);
  rolls.b.rollingBuffer();
  const text = String(tvm.lower(rolls.s, [rolls.A, rolls.D]));
  expect(text).toContain('"rolling_buffer_scope" = True');
  expect(results(rolls, new tvm.PassContext())).toEqual(results(windows(shape), rolling));
});

test("parallel steps cannot share a rolling buffer", () => {
  const { A, D, s, b, d, ho } = windows({ window: 3, stride: 1, tile: [4, 5] });
  b.rollingBuffer();
  d.parallel(ho);
  expect(() => tvm.lower(s, [A, D], { context: rolling })).toThrow(
    "B cannot be a rolling buffer: the steps of h.outer are parallel, but share its memory; leave that loop serial",
  );
});

test("a rolling buffer cannot be double buffered", () => {
  const { A, D, s, b } = windows({ window: 3, stride: 1, tile: [4, 5] });
  b.rollingBuffer().doubleBuffer();
  expect(() => tvm.lower(s, [A, D], { context: rolling })).toThrow(
    "B cannot be a rolling buffer: it is double buffered; leave out one of the two",
  );
});
