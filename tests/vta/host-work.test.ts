/** Warnings about functions that were built for the accelerator but do not use it. */

import { beforeAll, describe, expect, test, vi } from "vitest";
import { nd, ready, te, type tir } from "tvm-ts";
import * as vta from "vta-ts";

beforeAll(ready);

const env = vta.getEnv();
const SHAPE = [4, env.BATCH, env.BLOCK_OUT];

/** `C = int8(A + 1)`, with the pragmas of stages that `schedule` marks. */
function build(mark?: (stage: te.Stage, axis: tir.IterVar) => void) {
  const A = te.placeholder(SHAPE, { name: "A", dtype: env.accDtype });
  const A_buf = te.compute(SHAPE, (...i) => A(...i), "A_buf");
  const B = te.compute(SHAPE, (...i) => A_buf(...i).add(1), "B");
  const C = te.compute(SHAPE, (...i) => B(...i).astype(env.outDtype), "C");
  const s = te.createSchedule(C);
  for (const tensor of [A_buf, B, C]) mark?.(s.stage(tensor), tensor.op.axis[0]!);
  return vta.build(s, [A, C]);
}

function arrays() {
  return [
    nd.empty(SHAPE, env.accDtype, vta.extDev(0)),
    nd.empty(SHAPE, env.outDtype, vta.extDev(0)),
  ];
}

function warningsOf(run: () => void): string {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  try {
    run();
    return warn.mock.calls.flat().join("\n");
  } finally {
    warn.mockRestore();
  }
}

describe("a function that runs no instruction", () => {
  test("causes a warning at its first call, with tensors, loops and missing pragmas", () => {
    const f = build();
    expect(warningsOf(() => f(...arrays()))).toBe(
      [
        "Warning: main ran no instruction on the accelerator; the host computed all of it",
        "  A_buf, loop i0: s[A_buf].pragma(i0, env.dmaCopy)",
        "  B, loop i0: s[B].pragma(i0, env.alu)",
        "  C, loop i0: s[C].pragma(i0, env.dmaCopy)",
        "note: stages between two copies also need a memory on the chip: s[...].setScope(env.accScope)",
      ].join("\n"),
    );
    expect(warningsOf(() => f(...arrays()))).toBe("");
  });

  test("names the product that GEMM could do", () => {
    const A = te.placeholder([1, 16], { name: "A", dtype: env.inpDtype });
    const W = te.placeholder([16, 16], { name: "W", dtype: env.wgtDtype });
    const k = te.reduceAxis([0, 16], "k");
    const C = te.compute(
      [1, 16],
      (i, j) => te.sum(A(i, k).astype("int32").mul(W(j, k).astype("int32")), [k]),
      "C",
    );
    const f = vta.build(te.createSchedule(C), [A, W, C]);
    const check = vta.grade.ranOnAccelerator(f, ["gemm"]);
    expect(check.message).toBe("the GEMM core is not used: s[C].tensorize(i, env.gemm)");
  });

  test("has the warning in its trace and its profile", () => {
    const f = build();
    warningsOf(() => f(...arrays()));
    const said = /the accelerator ran no instruction: mark the stages' loops with pragma\(axis/;
    expect(String(vta.profile(() => f(...arrays())))).toMatch(said);
    const trace = vta.trace(() => f(...arrays())) as unknown as Record<symbol, () => object>;
    expect(JSON.stringify(trace[Symbol.for("Jupyter.display")]!())).toMatch(said);
  });

  test("a function that uses the accelerator causes no warning", () => {
    const f = build((stage, axis) => {
      if (stage.name !== "C") stage.setScope(env.accScope);
      stage.pragma(axis, stage.name === "B" ? env.alu : env.dmaCopy);
    });
    expect(warningsOf(() => f(...arrays()))).toBe("");
  });
});
