import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { generateC } from "../../../lib/tvm-ts/src/codegen";
import {
  Allocate,
  AssertStmt,
  AttrStmt,
  bitwiseXor,
  Broadcast,
  callExtern,
  callUnary,
  Cast,
  declBuffer,
  Evaluate,
  FloatImm,
  floorDiv,
  floorMod,
  IfThenElse,
  ifThenElse,
  IntImm,
  IRModule,
  LetStmt,
  LT,
  max,
  min,
  Mod,
  Ramp,
  Select,
  shiftLeft,
  shiftRight,
  Shuffle,
  StringImm,
  trueImm,
  truncDiv,
  Var,
  While,
  type Buffer,
  type DataType,
  type ExprLike,
  type PrimFunc,
  type Stmt,
} from "../../../lib/tvm-ts/src/ir";
import { NDArray, np } from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, seq, slice, store } from "../../support/compiled";
import { runC } from "../../support/compiled-c";

beforeAll(tvm.ready);

/** Expects the same contents from C as from WebAssembly. */
function sameAsWasm(primFunc: PrimFunc, inputs: np.ndarray[]): np.ndarray[] {
  const arrays = inputs.map((input) => NDArray.of(input, cpu));
  compile(primFunc)(...arrays);
  const c = runC(primFunc, inputs);
  arrays.forEach((array, i) => np.testing.assertEqual(c[i]!, array.numpy()));
  return c;
}

const random = (size: number, dtype: string): np.ndarray =>
  dtype.startsWith("float")
    ? np.random.uniform(-8, 8, size).astype(dtype)
    : np.random
        .randint(1, 120, size)
        .mul(np.random.randint(0, 2, size).mul(2).sub(1))
        .astype(dtype);

function allocate(size: ExprLike, dtype: DataType, body: (buffer: Buffer) => Stmt): Stmt {
  const data = new Var("T", "handle");
  const extent = typeof size === "number" ? new IntImm(size) : (size as tvm.tir.PrimExpr);
  const buffer = declBuffer([extent], dtype, { name: "T", data });
  return new Allocate(data, dtype, [extent], trueImm(), body(buffer));
}

describe.each(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"] as const)(
  "%s",
  (t) => {
    test("arithmetic wraps and rounds as in WebAssembly", () => {
      const [A, B, R] = [flat("A", 64, t), flat("B", 64, t), flat("R", 64 * 9, t)];
      const body = loop("i", 64, (i) => {
        const [a, b] = [load(A, i), load(B, i)];
        const results = [
          a.add(b).mul(a).sub(b),
          truncDiv(a, b),
          new Mod(a, b),
          floorDiv(a, b),
          floorMod(a, b),
          min(a, b),
          max(a, b),
          bitwiseXor(shiftLeft(a, 2), shiftRight(b, 1)),
          new Select(new LT(a, b), a, new Cast(t, a.astype("float32").mul(0.3))),
        ];
        return seq(...results.map((result, k) => store(R, i.mul(9).add(k), result)));
      });
      sameAsWasm(func([A, B, R], body), [random(64, t), random(64, t), np.zeros(64 * 9, t)]);
    });
  },
);

describe.each(["float16", "float32", "float64"] as const)("%s", (t) => {
  test("arithmetic and functions give the same bits as in WebAssembly", () => {
    const [A, B, R] = [flat("A", 32, t), flat("B", 32, t), flat("R", 32 * 6, t)];
    const body = loop("i", 32, (i) => {
      const [a, b] = [load(A, i), load(B, i)];
      const results = [
        a.add(b).mul(a).sub(b).div(new FloatImm(3, t)),
        min(a, b),
        max(a, b),
        callUnary("floor", a),
        callUnary("round", b),
        callUnary("sqrt", callUnary("fabs", a)),
      ];
      return seq(...results.map((result, k) => store(R, i.mul(6).add(k), result)));
    });
    sameAsWasm(func([A, B, R], body), [random(32, t), random(32, t), np.zeros(32 * 6, t)]);
  });
});

test("functions of the math library agree within one unit in the last place", () => {
  const names = ["exp", "tanh", "log", "sigmoid", "sin", "erf", "exp2"] as const;
  const [A, R] = [flat("A", 64), flat("R", 64 * names.length)];
  const body = loop("i", 64, (i) =>
    seq(
      ...names.map((name, k) =>
        store(R, i.mul(names.length).add(k), callUnary(name, callUnary("fabs", load(A, i)))),
      ),
    ),
  );
  const main = func([A, R], body);
  const inputs = [random(64, "float32"), np.zeros(64 * names.length, "float32")];
  const arrays = inputs.map((input) => NDArray.of(input, cpu));
  compile(main)(...arrays);
  const [, c] = runC(main, inputs);
  np.testing.assertAllclose(c!, arrays[1]!.numpy(), { rtol: 2 ** -22 });
});

test("vectors are computed lane by lane: ramps, gathers, overlaps, shuffles, variables", () => {
  const R = flat("R", 64, "int32");
  const v = new Var("v", "int32x8");
  const V = new Var("V", "handle");
  const vectors = declBuffer([4], "int32x4", { name: "V", data: V });
  const body = seq(
    store(R, slice(0, 32), new Ramp(new IntImm(3), new IntImm(-2), 32)),
    store(R, slice(33, 16), load(R, slice(0, 16)).mul(new Broadcast(load(R, 1), 16))),
    store(R, slice(1, 8), load(R, slice(0, 8))),
    store(R, slice(50, 4, 3), load(R, slice(6, 4, -2))),
    store(
      R,
      slice(0, 4),
      new Shuffle(
        [load(R, slice(8, 4))],
        [3, 1, 2, 0].map((x) => new IntImm(x)),
      ),
    ),
    new LetStmt(v, load(R, slice(16, 8)), store(R, slice(20, 8), v)),
    new Allocate(
      V,
      "int32x4",
      [new IntImm(4)],
      trueImm(),
      seq(
        loop("i", 4, (i) => store(vectors, i, load(R, slice(i.mul(4), 4)))),
        loop("i", 4, (i) => store(R, slice(i.mul(4), 4), load(vectors, new IntImm(3).sub(i)))),
      ),
    ),
  );
  sameAsWasm(func([R], body), [np.zeros(64, "int32")]);
});

test("control flow, allocations on the stack and off it, and symbolic sizes", () => {
  const n = new Var("n");
  const A = flat("A", n, "int32");
  const R = flat("R", n, "int32");
  const body = seq(
    allocate(n, "int32", (T) =>
      seq(
        loop("i", n, (i) => store(T, i, load(A, i).mul(2))),
        loop("i", n, (i) => store(R, i, load(T, n.sub(i).sub(1))), "parallel"),
      ),
    ),
    allocate(4, "int32", (T) =>
      seq(
        store(T, 0, new IntImm(1)),
        new While(new LT(load(T, 0), new IntImm(50)), store(T, 0, load(T, 0).mul(3))),
        loop(
          "i",
          n,
          (i) =>
            new IfThenElse(
              new LT(load(A, i), new IntImm(0)),
              store(R, i, load(T, 0)),
              store(R, i, load(R, i).add(ifThenElse(i.eq(0), 0, floorDiv(100, i)))),
            ),
        ),
      ),
    ),
  );
  sameAsWasm(func([A, R], body), [random(20, "int32"), np.zeros(20, "int32")]);
});

test("errors in a call are reported with the argument", () => {
  const A = flat("A", 8);
  const n = new Var("n");
  const [B, C] = [flat("B", n), flat("C", n)];
  const copy = func([A], store(A, 0, load(A, 1)));
  expect(() => runC(copy, [np.zeros(8, "int32")])).toThrow(
    "argument 1 of tvm_main (A_h) must be of type float32",
  );
  expect(() => runC(copy, [np.zeros([2, 4], "float32")])).toThrow("must have 1 dimensions");
  expect(() => runC(copy, [np.zeros(9, "float32")])).toThrow("wrong length in dimension 0");
  expect(() => runC(copy, [])).toThrow("tvm_main takes 1 arguments");
  const two = func([B, C], store(B, 0, load(C, 0)));
  expect(() => runC(two, [np.zeros(3, "float32"), np.zeros(4, "float32")])).toThrow(
    "argument 2 of tvm_main (C_h) has the wrong length",
  );
  const asserts = func(
    [A],
    new AssertStmt(n.lt(0).or(trueImm().not()), new StringImm("no"), store(A, 0, load(A, 1))),
  );
  expect(() => runC(asserts, [np.zeros(8, "float32")])).toThrow();
});

const RECORDER = `
static int32_t pushed[64]; static int count = 0;
int32_t Push(int32_t x) { pushed[count++] = x; return 0; }
int Record(void** site, int (*body)(void*), void* closure, int bytes) {
  if (bytes != 0) return -1; /* TVM's runtime takes 4 as well, for numbers below 99 only. */
  if (*site != NULL) return Push(-1);
  *site = malloc(1);
  return body(closure);
}
int32_t Pushed(int32_t i) { return i < count ? pushed[i] : 99; }
`;

test("the bodies that a runtime records are functions of the values they depend on", () => {
  const R = flat("R", 12, "int32");
  const attr = (body: Stmt): Stmt =>
    new AttrStmt(new StringImm("vta"), "coproc_uop_scope", new StringImm("Record"), body);
  const push = (x: ExprLike): Stmt => new Evaluate(callExtern("int32", "Push", x));
  const body = seq(
    loop("i", 2, (i) => seq(attr(push(i.add(7))), attr(push(5)))),
    // Numbers that TVM's runtime cannot distinguish, and two of them, twice each.
    loop("k", 2, () => loop("i", 2, (i) => attr(push(i.mul(1000))))),
    loop("k", 2, () => loop("i", 1, (i) => loop("j", 2, (j) => attr(push(i.add(j.mul(300))))))),
    loop("i", 12, (i) => store(R, i, callExtern("int32", "Pushed", i))),
  );
  const [result] = runC(func([R], body), [np.zeros(12, "int32")], { externs: RECORDER });
  expect(result!.toArray()).toEqual([7, 5, 8, -1, 0, 1000, -1, -1, 0, 300, -1, -1]);
});

test("a library is exported for this machine and, if there is a cross compiler, for others", () => {
  const A = flat("A", 8);
  const main = func(
    [A],
    loop("i", 8, (i) => store(A, i, callUnary("exp", load(A, i)))),
  );
  const folder = mkdtempSync(join(tmpdir(), "tvm-ts-lib-"));
  try {
    const path = join(folder, "lib.so");
    tvm.build(main).exportLibrary(path);
    const symbols = execFileSync("nm", ["-D", path], { encoding: "utf8" });
    expect(symbols).toMatch(/T tvm_main\n/);
    expect(symbols).toMatch(/__tvm_main__/);
    const machines = { "arm-linux-gnueabihf": 40, "aarch64-linux-gnu": 183 };
    for (const [triple, number] of Object.entries(machines)) {
      const module = tvm.build(main, { target: `llvm -mtriple=${triple}` });
      if (spawnSync(`${triple}-gcc`, ["--version"]).error !== undefined) {
        expect(() => module.exportLibrary(path)).toThrow(
          `the C compiler ${triple}-gcc cannot be run; install it, for example with: apt install gcc-${triple}`,
        );
      } else {
        module.exportLibrary(path);
        // The machine's number in the header of an ELF file.
        expect(readFileSync(path).readUInt16LE(18)).toBe(number);
      }
    }
    expect(() => tvm.build(main).exportLibrary(path, { cc: "no-such-cc" })).toThrow(
      "the C compiler no-such-cc cannot be run",
    );
    expect(() => tvm.build(main).exportLibrary(path, { options: ["-no-such-option"] })).toThrow(
      "cc could not compile the generated C:",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("names that are not valid in C are refused", () => {
  const A = flat("A", 8);
  const module = IRModule.of("a.b", func([A], store(A, 0, load(A, 1))));
  expect(() => generateC(module, { deviceType: 1 })).toThrow(
    "'a.b' cannot be the name of a C function",
  );
});
