/** Grading by a program's results, its units, and its cycles. */

import { beforeAll, describe, expect, test, vi } from "vitest";
import { nd, np, ready, te, tir } from "tvm-ts";
import * as vta from "vta-ts";

const { grade } = vta;
const env = vta.getEnv();
const SHAPE = [4, env.BATCH, env.BLOCK_OUT];

beforeAll(ready);

/** Adds two arrays on the ALU and limits the sum with `limit`. */
function adder(limit: (sum: tir.PrimExpr) => tir.PrimExpr = (sum) => sum) {
  const A = te.placeholder(SHAPE, { name: "A", dtype: env.accDtype });
  const B = te.placeholder(SHAPE, { name: "B", dtype: env.accDtype });
  const A_buf = te.compute(SHAPE, (...i) => A(...i), "A_buf");
  const B_buf = te.compute(SHAPE, (...i) => B(...i), "B_buf");
  const C_buf = te.compute(SHAPE, (...i) => A_buf(...i).add(B_buf(...i)), "C_buf");
  const D_buf = te.compute(SHAPE, (...i) => limit(C_buf(...i)), "D_buf");
  const C = te.compute(SHAPE, (...i) => D_buf(...i).astype(env.inpDtype), "C");
  const s = te.createSchedule(C.op);
  for (const buffer of [A_buf, B_buf, C_buf, D_buf]) s.stage(buffer).setScope(env.accScope);
  for (const copy of [A_buf, B_buf, C]) s.stage(copy).pragma(copy.op.axis[0]!, env.dmaCopy);
  for (const sum of [C_buf, D_buf]) s.stage(sum).pragma(sum.op.axis[0]!, env.alu);
  return vta.build(s, [A, B, C]);
}

const sum = (a: np.ndarray, b: np.ndarray): np.ndarray => np.add(a, b).astype(env.inpDtype);
const range = [-60, 60] as const;

describe("sameAs", () => {
  test("a right program gets all points", () => {
    const check = grade
      .sameAs(
        adder((x) => tir.max(x, -128)),
        sum,
        { range },
      )
      .worth(6);
    expect(check.earned).toBe(6);
    expect(String(check)).toBe(
      "✓ 6 of 6: right for zeros, ones, small values, negative values, the largest and smallest values, " +
        "random values (seed 1), random values (seed 2), random values (seed 3)",
    );
  });

  test("the message names the class of inputs that fails, and an element", () => {
    const check = grade.sameAs(
      adder((x) => tir.max(x, 0)),
      sum,
      { range },
    );
    expect(check.earned).toBe(0);
    expect(check.message).toMatch(
      /^wrong for negative values: 64 of 64 elements differ; the first is \[0, 0, 0\], which is 0 and should be -\d+; right for zeros, ones, small values$/,
    );
  });

  test("elements that are never stored do not count as zeros", () => {
    const A = te.placeholder([4], { name: "A", dtype: "int32" });
    const B = te.placeholder([4], { name: "B", dtype: "int32" });
    // Only the first element is stored.
    const C = te.extern([4], [A, B], (_, [out]) => out!.vstore([0], tir.constant(0)), {
      name: "C",
      dtype: "int32",
    });
    const f = vta.build(te.createSchedule(C.op), [A, B, C]);
    const { message } = grade.sameAs(f, (a) => np.multiply(a, 0));
    expect(message).toMatch(/^wrong for zeros: 3 of 4 elements differ; the first is \[1\]/);
  });

  test("a value that is not a built function is reported", () => {
    expect(grade.sameAs(() => 1, sum).message).toMatch(/not a built function.*vta\.build/);
  });

  test("a reference of another shape is reported as the teacher's error", () => {
    expect(() => grade.sameAs(adder(), (a) => np.reshape(a, [-1]))).toThrow(
      /the reference gives shape \[64\], and the function \[4, 1, 16\]/,
    );
  });

  test("the same seed gives the same inputs", () => {
    const seen: unknown[] = [];
    const note = (a: np.ndarray, b: np.ndarray): np.ndarray => (seen.push(a.toArray()), sum(a, b));
    const f = adder((x) => tir.max(x, -128));
    for (let i = 0; i < 2; i++) grade.sameAs(f, note, { range, seeds: [7] });
    expect(seen.slice(0, 6)).toEqual(seen.slice(6));
  });
});

describe("ranOnAccelerator", () => {
  test("the ALU works, the GEMM core does not", () => {
    expect(grade.ranOnAccelerator(adder()).passed).toBe(true);
    expect(grade.ranOnAccelerator(adder(), ["alu"]).passed).toBe(true);
    expect(grade.ranOnAccelerator(adder(), ["gemm"]).message).toBe(
      "the GEMM core is not used: tensorize the product with env.gemm",
    );
  });

  test("a program for the processor", () => {
    const A = te.placeholder([4], { name: "A", dtype: "int32" });
    const B = te.compute([4], (i) => A(i).add(1), "B");
    const check = grade.ranOnAccelerator(vta.build(te.createSchedule(B.op), [A, B]));
    expect(check.share).toBe(0);
    expect(check.message).toMatch(/GEMM core is not used.*ALU is not used/);
  });
});

describe("cycles", () => {
  test("points fall linearly from one limit to the other", () => {
    const f = adder();
    const { cycles } = vta.profile(() => {
      f(...["int32", "int32", "int8"].map((dtype) => nd.empty(SHAPE, dtype, vta.extDev(0))));
    });
    const earned = (limit: number, none: number): number =>
      grade.cycles(f).atMost(limit, { none }).worth(10).earned;
    expect(earned(cycles, 2 * cycles)).toBe(10);
    expect(earned(cycles - 10, cycles + 10)).toBe(5);
    expect(earned(cycles - 20, cycles)).toBe(0);
    const { message } = grade.cycles(f).atMost(cycles - 10, { none: cycles + 10 });
    expect(message).toContain(
      `${cycles} cycles; ${cycles - 10} give all points, ${cycles + 10} give none`,
    );
  });

  test("invalid limits are refused", () => {
    expect(() => grade.cycles(adder()).atMost(100, { none: 50 })).toThrow(
      /limits must be positive/,
    );
  });
});

test("total prints every check and returns the points", () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const earned = grade.total(
    grade.thatHolds(true, "the first holds").worth(3),
    grade.thatHolds(false, "the second does not").worth(1),
  );
  expect(earned).toBe(3);
  expect(print).toHaveBeenCalledWith(
    "✓ 3 of 3: the first holds\n✗ 0 of 1: the second does not\n3 of 4",
  );
  print.mockRestore();
});
