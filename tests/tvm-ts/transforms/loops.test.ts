/** The passes that split, unroll, vectorize, replicate and tidy up loops. */

import { describe, expect, test } from "vitest";
import {
  build,
  lower,
  nd,
  np,
  PassContext,
  ready,
  te,
  tir,
  transforms,
  UsageError,
  type PassConfig,
} from "tvm-ts";
import { run, textAfter } from "../../support/passes";

const A = tir.declBuffer([64], "int32", { name: "A" });
const B = tir.declBuffer([64], "int32", { name: "B" });
const n = new tir.Var("n");

/** Statements written with a builder and the two buffers. */
function write(body: (ib: tir.IRBuilder, a: tir.BufferVar, b: tir.BufferVar) => void): tir.Stmt {
  const ib = tir.irBuilder();
  body(ib, ib.bufferPtr(A), ib.bufferPtr(B));
  return ib.get();
}

const configured = (config: PassConfig): PassContext => new PassContext({ config });

describe("UnrollLoop", () => {
  const serial = write((ib, a) =>
    ib.forRange(0, 2, { name: "i" }, (i) =>
      ib.forRange(0, 2, { name: "j" }, (j) => a.set(i.mul(2).add(j), i)),
    ),
  );
  const unroll = (config: PassConfig): string =>
    textAfter(transforms.unrollLoop, serial, [A], configured(config));

  test("a loop without an unroll pragma stays", () => {
    expect(run(transforms.unrollLoop, serial, [A])).toBe(serial);
  });

  test("a loop that determines the size of memory is not unrolled, and the memory moves into it", async () => {
    const X = te.placeholder([4], { name: "X", dtype: "int32" });
    const T = te.compute([4], (i) => X(i).mul(3), "T");
    const Y = te.compute([3], (i) => T(tir.max(i, 1)), "Y");
    const s = te.createSchedule(Y.op);
    const [outer] = s.stage(Y).split(Y.op.axis[0]!, { factor: 2 });
    s.stage(T).computeAt(s.stage(Y).unroll(outer), outer);
    await ready();
    const y = nd.empty([3], "int32");
    build(s, [X, Y])(nd.array(np.array([5, 6, 7, 8], "int32")), y);
    expect(y.numpy().toArray()).toEqual([18, 18, 21]);
  });

  test("short loops are unrolled up to the limit of the context", () => {
    expect(unroll({ "tir.UnrollLoop": { autoMaxStep: 2 } })).toMatchInlineSnapshot(`
      "for (i, 0, 2) {
        A[((i*2) + 0)] = i
        A[((i*2) + 1)] = i
      }"
    `);
    expect(unroll({ "tir.UnrollLoop": { autoMaxStep: 4, autoMaxDepth: 2 } }))
      .toMatchInlineSnapshot(`
      "A[((0*2) + 0)] = 0
      A[((0*2) + 1)] = 0
      A[((1*2) + 0)] = 1
      A[((1*2) + 1)] = 1"
    `);
    expect(unroll({ "tir.UnrollLoop": { autoMaxExtent: 2 } })).toMatchInlineSnapshot(`
      "A[((0*2) + 0)] = 0
      A[((0*2) + 1)] = 0
      A[((1*2) + 0)] = 1
      A[((1*2) + 1)] = 1"
    `);
  });

  test("a pragma sets the limit for the loops inside, also to leave them to the code generator", () => {
    const body = write((ib, a) => {
      ib.scopeAttr("unroll", "pragma_auto_unroll_max_step", 16);
      ib.scopeAttr("unroll", "pragma_unroll_explicit", 0);
      ib.forRange(0, 4, { name: "i" }, (i) => a.set(i, 0));
    });
    expect(textAfter(transforms.unrollLoop, body, [A])).toMatchInlineSnapshot(`
      "for (i, 0, 4) "unrolled" {
        A[i] = 0
      }"
    `);
  });

  test("a very long loop can be unrolled", () => {
    const body = write((ib, a) =>
      ib.forRange(0, 130_000, { name: "i", kind: "unroll" }, (i) => a.set(i.floorMod(64), i)),
    );
    const unrolled = run(transforms.unrollLoop, body, [A]);
    expect(unrolled.kind === "SeqStmt" && unrolled.seq.length).toBe(130_000);
  });

  test("a loop of unknown extent cannot be unrolled", () => {
    const body = write((ib, a) =>
      ib.forRange(0, n, { name: "i", kind: "unroll" }, (i) => a.set(i, 0)),
    );
    expect(() => run(transforms.unrollLoop, body, [A])).toThrow(
      /loop i is to be unrolled, but its extent is not a constant/,
    );
  });
});

describe("VectorizeLoop", () => {
  const vectorize = (body: tir.Stmt, config: PassConfig = {}): string =>
    textAfter(transforms.vectorizeLoop, body, [A, B], configured(config));

  test("values that are equal in all lanes are broadcast, the loop variable becomes a ramp", () => {
    const body = write((ib, a, b) =>
      ib.forRange(0, 4, { name: "i", kind: "vectorize" }, (i) =>
        b.set(n.add(i), a.get(i.mul(2)).add(a.get(n)).mul(i)),
      ),
    );
    expect(vectorize(body)).toMatchInlineSnapshot(
      `"B[ramp(n, 1, 4)] = ((A[ramp(0, 2, 4)] + x4(A[n]))*ramp(0, 1, 4))"`,
    );
  });

  test("a branch whose condition differs between lanes runs lane by lane", () => {
    const body = write((ib, a, b) =>
      ib.forRange(0, 4, { name: "i", kind: "vectorize" }, (i) => {
        ib.ifScope(a.get(i).gt(0), () => b.set(i, 1));
        ib.ifScope(n.gt(0), () => b.set(i, 2));
      }),
    );
    expect(vectorize(body)).toMatchInlineSnapshot(`
      "for (i.s, 0, 4) {
        if (A[i.s] > 0) {
          B[i.s] = 1
        }
      }
      if (n > 0) {
        B[ramp(0, 1, 4)] = x4(2)
      }"
    `);
  });

  test("memory of one iteration is enlarged for all lanes", () => {
    const body = write((ib, a, b) =>
      ib.forRange(0, 4, { name: "i", kind: "vectorize" }, (i) => {
        const t = ib.allocate("int32", 3, { name: "t" });
        t.set(n, a.get(i));
        b.set(i, t.get(n));
      }),
    );
    expect(vectorize(body)).toMatchInlineSnapshot(`
      "allocate t[12]
      t[ramp((n*4), 1, 4)] = A[ramp(0, 1, 4)]
      B[ramp(0, 1, 4)] = t[ramp((n*4), 1, 4)]"
    `);
  });

  test("an option runs the loops one element at a time", () => {
    const body = write((ib, a) =>
      ib.forRange(0, 4, { name: "i", kind: "vectorize" }, (i) => a.set(i, 0)),
    );
    expect(vectorize(body, { "tir.disable_vectorize": true })).toMatchInlineSnapshot(`
      "for (i, 0, 4) {
        A[i] = 0
      }"
    `);
  });

  test("loops of unknown extent, and loops inside vectorized ones that vary, are refused", () => {
    const unknown = write((ib, a) =>
      ib.forRange(0, n, { name: "i", kind: "vectorize" }, (i) => a.set(i, 0)),
    );
    expect(() => vectorize(unknown)).toThrow(
      /loop i cannot be vectorized: .* split it by a constant/,
    );
    const nested = write((ib, a) =>
      ib.forRange(0, 4, { name: "i", kind: "vectorize" }, (i) =>
        ib.forRange(0, 4, { name: "j", kind: "vectorize" }, (j) => a.set(i.mul(4).add(j), 0)),
      ),
    );
    expect(() => vectorize(nested)).toThrow(/loop i cannot be vectorized: there is .* inside it/);
  });
});

describe("LoopPartition", () => {
  /** 10 elements in blocks of 4: the last block is not full. */
  function guarded(config: PassConfig, rows: tir.ExprLike): string {
    const X = te.placeholder([rows], { name: "X", dtype: "int32" });
    const Y = te.compute([rows], (i) => X(i).add(1), "Y");
    const s = te.createSchedule(Y.op);
    s.stage(Y).split(Y.op.axis[0]!, { factor: 4 });
    return lower(s, [X, Y], { context: configured(config) })
      .toString()
      .replace(/^[^]*?\{\n/, "");
  }

  test("loops of constant extent are only split on request", () => {
    expect(guarded({}, 10)).toContain("if (");
    const partition = { "tir.LoopPartition": { partitionConstLoop: true } };
    expect(guarded(partition, 10)).toMatchInlineSnapshot(`
      "  for (i.outer: int32, 0, 2) {
          for (i.inner: int32, 0, 4) {
            let cse_var_1: int32 = ((i.outer*4) + i.inner)
            Y[cse_var_1] = (X[cse_var_1] + 1)
          }
        }
        for (i.inner_1: int32, 0, 2) {
          let cse_var_2: int32 = (i.inner_1 + 8)
          Y[cse_var_2] = (X[cse_var_2] + 1)
        }
      }
      "
    `);
  });

  test("loops of symbolic extent are split into the part that needs no check and the rest", () => {
    expect(guarded({}, te.var("n"))).toMatchInlineSnapshot(`
      "  for (i.outer: int32, 0, floordiv(n, 4)) {
          for (i.inner: int32, 0, 4) {
            let cse_var_1: int32 = ((i.outer*4) + i.inner)
            Y[(cse_var_1*stride_1)] = (X[(cse_var_1*stride)] + 1)
          }
        }
        for (i.outer_1: int32, 0, floordiv((floormod(n, 4) + 3), 4)) {
          for (i.inner_1: int32, 0, 4) {
            if ((((floordiv(n, 4)*4) + (i.outer_1*4)) + i.inner_1) < n) {
              Y[((((floordiv(n, 4)*4) + (i.outer_1*4)) + i.inner_1)*stride_1)] = (X[((((floordiv(n, 4)*4) + (i.outer_1*4)) + i.inner_1)*stride)] + 1)
            }
          }
        }
      }
      "
    `);
  });
});

describe("InjectVirtualThread", () => {
  const vthread = (name: string): tir.IterVar => te.threadAxis(name);

  test("memory of a virtual thread has a part for each thread", () => {
    const body = write((ib, a, b) => {
      const x = vthread("vthread");
      ib.scopeAttr(x, "virtual_thread", 2);
      const t = ib.allocate("int32", 4, { name: "t" });
      ib.forRange(0, 4, { name: "i" }, (i) => t.set(i, a.get(x.mul(4).add(i))));
      ib.forRange(0, 4, { name: "i" }, (i) => b.set(x.mul(4).add(i), t.get(i)));
    });
    expect(textAfter(transforms.injectVirtualThread, body, [A, B])).toMatchInlineSnapshot(`
      "allocate t[8]
      for (i, 0, 4) {
        t[((0*4) + i)] = A[((0*4) + i)]
        t[((1*4) + i)] = A[((1*4) + i)]
      }
      for (j, 0, 4) {
        B[((0*4) + j)] = t[((0*4) + j)]
        B[((1*4) + j)] = t[((1*4) + j)]
      }"
    `);
  });

  test("memory that is updated under a condition on the thread is not shared", () => {
    const body = write((ib, a, b) => {
      const x = vthread("vthread");
      ib.scopeAttr(x, "virtual_thread", 2);
      const t = ib.allocate("int32", 1, { name: "t" });
      t.set(0, 0);
      ib.ifScope(x.lt(1), () => t.set(0, a.get(0)));
      b.set(x, t.get(0));
    });
    expect(textAfter(transforms.injectVirtualThread, body, [A, B])).toMatchInlineSnapshot(`
      "allocate t[2]
      t[0] = 0
      t[1] = 0
      if (0 < 1) {
        t[0] = A[0]
      }
      if (1 < 1) {
        t[1] = A[0]
      }
      B[0] = t[0]
      B[1] = t[1]"
    `);
  });

  test("many threads become a loop, and their extent must be a constant", () => {
    const threads = (count: tir.ExprLike): tir.Stmt =>
      write((ib, a) => {
        const x = vthread("vthread");
        ib.scopeAttr(x, "virtual_thread", count);
        a.set(x, x);
      });
    expect(textAfter(transforms.injectVirtualThread, threads(32), [A])).toMatchInlineSnapshot(`
      "for (vthread.s, 0, 32) {
        A[vthread.s] = vthread.s
      }"
    `);
    expect(() => run(transforms.injectVirtualThread, threads(n), [A])).toThrow(UsageError);
  });
});

describe("InjectDoubleBuffer", () => {
  const doubled = write((ib, a, b) => {
    ib.forRange(0, 8, { name: "i" }, (i) => {
      const t = ib.allocate("int32", 4, { name: "t", scope: "local" });
      ib.newScope(() => {
        ib.scopeAttr(t.buffer.data, "double_buffer_scope", 1);
        ib.forRange(0, 4, { name: "j" }, (j) => t.set(j, a.get(i.mul(4).add(j))));
      });
      ib.forRange(0, 4, { name: "k" }, (k) => b.set(i.mul(4).add(k), t.get(k)));
    });
  });

  test("an iteration fetches what the next one uses", () => {
    expect(textAfter(transforms.injectDoubleBuffer, doubled, [A, B])).toMatchInlineSnapshot(`
      "allocate t[8]
      for (j, 0, 4) {
        t[((0*4) + j)] = A[((0*4) + j)]
      }
      for (i.outer, 0, 7) {
        if ((i.outer + 1) < 8) {
          attr "double_buffer_write" = 1
          for (j, 0, 4) {
            t[((floormod((i.outer + 1), 2)*4) + j)] = A[(((i.outer + 1)*4) + j)]
          }
        }
        for (k, 0, 4) {
          B[((i.outer*4) + k)] = t[((floormod(i.outer, 2)*4) + k)]
        }
      }
      if (bool)1 {
        if ((7 + 1) < 8) {
          for (j, 0, 4) {
            t[((floormod((7 + 1), 2)*4) + j)] = A[(((7 + 1)*4) + j)]
          }
        }
        for (k, 0, 4) {
          B[((7*4) + k)] = t[((floormod(7, 2)*4) + k)]
        }
      }"
    `);
  });

  test("the loop is split if the context requests it, by an even factor", () => {
    const by = (splitLoop: number): PassContext =>
      configured({ "tir.InjectDoubleBuffer": { splitLoop } });
    const text = textAfter(transforms.injectDoubleBuffer, doubled, [A, B], by(2));
    expect(text).toContain("for (i.outer");
    expect(() => run(transforms.injectDoubleBuffer, doubled, [A, B], by(3))).toThrow(
      /splitLoop is 3, but must be 0, 1 or even/,
    );
  });
});

describe("HoistIfThenElse", () => {
  test("a condition that the loop does not change is evaluated once", () => {
    const body = write((ib, a) => {
      ib.forRange(0, 4, { name: "i" }, (i) =>
        ib.forRange(0, 4, { name: "j" }, (j) => {
          ib.ifScope(i.lt(n), () => a.set(i.mul(4).add(j), 0));
        }),
      );
    });
    expect(textAfter(transforms.hoistIfThenElse, body, [A])).toMatchInlineSnapshot(`
      "for (i, 0, 4) {
        if (i < n) {
          for (j, 0, 4) {
            A[((i*4) + j)] = 0
          }
        }
      }"
    `);
  });
});

describe("RemoveNoOp", () => {
  test("empty loops, branches and blocks are removed, effects stay", () => {
    const body = write((ib, a) => {
      ib.forRange(0, 4, { name: "i" }, () => ib.emit(new tir.Evaluate(new tir.IntImm(0))));
      ib.ifScope(n.lt(3), () => ib.emit(new tir.Evaluate(n)));
      ib.forRange(0, 0, { name: "j" }, (j) => a.set(j, 0));
      ib.forRange(0, 2, { name: "k" }, () => ib.emit(tir.callExtern("int32", "effect")));
    });
    expect(textAfter(transforms.removeNoOp, body, [A])).toMatchInlineSnapshot(`
      "for (k, 0, 2) {
        tir.call_extern("effect")
      }"
    `);
  });
});
