import { beforeAll, expect, test } from "vitest";
import { ready } from "../../../lib/tvm-ts/src/codegen";
import {
  Allocate,
  AssertStmt,
  AttrStmt,
  builtin,
  Call,
  callExtern,
  declBuffer,
  Evaluate,
  floorDiv,
  floorMod,
  For,
  IfThenElse,
  IntImm,
  isNoOp,
  LetStmt,
  LT,
  noOp,
  StringImm,
  trueImm,
  Var,
  While,
  type Buffer,
  type DataType,
  type ExprLike,
  type PrimExpr,
  type Stmt,
} from "../../../lib/tvm-ts/src/ir";
import {
  CpuDevice,
  NDArray,
  np,
  type CallSite,
  type Device,
  type Word,
} from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, seq, slice, store } from "../../support/compiled";

beforeAll(ready);

function filled(size: number, body: (R: Buffer) => Stmt, dtype: DataType = "int32"): unknown {
  const R = flat("R", size, dtype);
  const out = NDArray.of(np.zeros(size, dtype), cpu);
  compile(func([R], body(R)))(out);
  const values = out.numpy().toArray();
  out.free();
  return values;
}

function allocate(size: ExprLike, dtype: DataType, body: (buffer: Buffer) => Stmt): Stmt {
  const data = new Var("T", "handle");
  const extent = typeof size === "number" ? new IntImm(size) : (size as PrimExpr);
  const buffer = declBuffer([extent], dtype, { name: "T", data });
  return new Allocate(data, dtype, [extent], trueImm(), body(buffer));
}

test("nested loops from any start, with symbolic ends, and loops that do not run", () => {
  const n = new Var("n");
  const R = flat("R", 12, "int32");
  const main = compile(
    func(
      [R, n],
      seq(
        loop("i", 3, (i) => loop("j", n, (j) => store(R, i.mul(4).add(j), i.mul(10).add(j)))),
        loop("k", n.sub(4), (k) => store(R, k, new IntImm(-1)), "serial", 2),
        loop("z", 0, (z) => store(R, z, new IntImm(-2))),
      ),
    ),
  );
  const out = NDArray.of(np.zeros(12, "int32"), cpu);
  main(out, 2);
  expect(out.numpy().toArray()).toEqual([0, 1, 0, 0, 10, 11, 0, 0, 20, 21, 0, 0]);
  main(out, 4);
  expect(out.numpy().get(3)).toBe(3);
});

test("an index that starts below zero and is moved up is computed without wrapping", () => {
  const body = (R: Buffer): Stmt =>
    loop("i", 8, (i) => store(R, i.add(100_000), i), "serial", -100_000);
  expect(filled(8, body)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((x) => x - 100_000));
});

test("indices with divisions, remainders and shifted windows", () => {
  const body = (R: Buffer): Stmt =>
    loop("i", 4, (i) =>
      loop("j", 4, (j) => {
        const f = i.mul(4).add(j);
        return store(R, floorMod(f, 4).mul(4).add(floorDiv(f, 4)), f);
      }),
    );
  expect(filled(16, body)).toEqual([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]);
});

test("a negative constant in an index", () => {
  const body = (R: Buffer): Stmt =>
    seq(
      loop("i", 8, (i) => store(R, i, i)),
      loop("i", 7, (i) => store(R, i.sub(1), load(R, i).add(load(R, i.sub(1)))), "serial", 1),
    );
  expect(filled(8, body)).toEqual([1, 3, 5, 7, 9, 11, 13, 7]);
});

test("lets are computed once, and indices use their values", () => {
  const body = (R: Buffer): Stmt =>
    loop("i", 4, (i) => {
      const a = new Var("a");
      const b = new Var("b");
      const inner = seq(store(R, b, a), store(R, b.add(1), a.add(b)));
      return new LetStmt(a, i.mul(3), new LetStmt(b, i.mul(2), inner));
    });
  expect(filled(8, body)).toEqual([0, 0, 3, 5, 6, 10, 9, 15]);
});

test("a let that reads memory is not computed again after the memory has changed", () => {
  const body = (R: Buffer): Stmt => {
    const v = new Var("v");
    return seq(
      store(R, 0, new IntImm(2)),
      new LetStmt(v, load(R, 0), seq(store(R, 0, new IntImm(5)), store(R, v, v.add(40)))),
    );
  };
  expect(filled(4, body)).toEqual([5, 0, 42, 0]);
});

test("conditions with and without an else case", () => {
  const body = (R: Buffer): Stmt =>
    loop("i", 4, (i) =>
      seq(
        new IfThenElse(new LT(i, new IntImm(2)), store(R, i, i.add(1)), store(R, i, i.sub(10))),
        new IfThenElse(i.eq(3), store(R, 0, new IntImm(99))),
      ),
    );
  expect(filled(4, body)).toEqual([99, 2, -8, -7]);
});

test("while loops", () => {
  const body = (R: Buffer): Stmt =>
    seq(
      store(R, 0, new IntImm(1)),
      new While(new LT(load(R, 0), new IntImm(100)), store(R, 0, load(R, 0).mul(3))),
    );
  expect(filled(1, body)).toEqual([243]);
});

test("allocations in scratch memory, in registers, and of a size known only in the call", () => {
  const used = cpu.usedBytes;
  const sums = (T: Buffer, R: Buffer, size: ExprLike): Stmt =>
    seq(
      loop("i", size, (i) => store(T, i, i.mul(i))),
      loop("i", size, (i) => store(R, 0, load(R, 0).add(load(T, i)))),
    );
  expect(filled(1, (R) => allocate(100, "int32", (T) => sums(T, R, 100)))).toEqual([328350]);
  const registers = (R: Buffer): Stmt =>
    allocate(2, "int32", (T) =>
      seq(
        store(T, 0, new IntImm(0)),
        store(T, 1, new IntImm(1)),
        loop("i", 10, () =>
          seq(store(T, 0, load(T, 0).add(load(T, 1))), store(T, 1, load(T, 0).sub(load(T, 1)))),
        ),
        store(R, 0, load(T, 0)),
      ),
    );
  expect(filled(1, registers)).toEqual([55]);
  const n = new Var("n");
  const R = flat("R", 1, "int32");
  const dynamic = compile(
    func(
      [R, n],
      allocate(n, "int32", (T) => seq(sums(T, R, n))),
    ),
  );
  const out = NDArray.of(np.zeros(1, "int32"), cpu);
  dynamic(out, 5);
  expect(out.numpy().item()).toBe(30);
  expect(() => dynamic(out, -1)).not.toThrow();
  out.free();
  expect(cpu.usedBytes).toBe(used);
});

test("allocations next to each other share memory, inside one another they do not", () => {
  const body = (R: Buffer): Stmt =>
    allocate(40, "int32", (outer) =>
      seq(
        loop("i", 40, (i) => store(outer, i, i)),
        allocate(40, "int32", (inner) =>
          loop("i", 40, (i) => store(inner, i, load(outer, i).add(1))),
        ),
        allocate(40, "int32", (inner) =>
          seq(
            loop("i", 40, (i) => store(inner, i, new IntImm(7))),
            loop("i", 40, (i) => store(R, 0, load(R, 0).add(load(inner, i)).add(load(outer, i)))),
          ),
        ),
      ),
    );
  expect(filled(1, body)).toEqual([7 * 40 + 780]);
});

test("a parallel loop runs each iteration once, with the values it captures", () => {
  const body = (R: Buffer): Stmt => {
    const base = new Var("base");
    return allocate(4, "int32", (T) =>
      seq(
        loop("i", 4, (i) => store(T, i, i.mul(100))),
        loop(
          "k",
          2,
          (k) =>
            new LetStmt(
              base,
              k.mul(20),
              loop(
                "i",
                20,
                (i) =>
                  allocate(20, "int32", (P) =>
                    seq(
                      loop("j", 20, (j) => store(P, j, j)),
                      store(R, base.add(i), load(P, i).add(load(T, k))),
                    ),
                  ),
                "parallel",
              ),
            ),
        ),
      ),
    );
  };
  const expected = Array.from({ length: 40 }, (_, i) => (i % 20) + 100 * Math.floor(i / 20));
  expect(filled(40, body)).toEqual(expected);
});

test("an assertion that fails stops the call with its message and leaks no memory", () => {
  const used = cpu.usedBytes;
  const n = new Var("n");
  const R = flat("R", 1, "int32");
  const body = allocate(
    n,
    "int32",
    (T) =>
      new AssertStmt(n.lt(10), new StringImm("n must be less than 10"), store(R, 0, load(T, 0))),
  );
  const main = compile(func([R, n], body));
  const out = NDArray.empty([1], "int32", cpu);
  expect(() => main(out, 20)).toThrow("n must be less than 10");
  main(out, 9);
  out.free();
  expect(cpu.usedBytes).toBe(used);
});

test("dividing by zero and running out of memory are errors of the program, not crashes", () => {
  const n = new Var("n");
  const R = flat("R", 1, "int32");
  const divide = compile(func([R, n], store(R, 0, floorDiv(new IntImm(7), n))));
  const out = NDArray.empty([1], "int32", cpu);
  expect(() => divide(out, 0)).toThrow("main divided an integer by zero");
  divide(out, -2);
  expect(out.numpy().item()).toBe(-4);
  const far = compile(func([R, n], store(R, n.mul(1 << 20), n)));
  expect(() => far(out, 500)).toThrow("main accessed an address outside the memory of cpu(0)");
  out.free();
});

test("functions that the program calls by name come from the device or from the user", () => {
  const R = flat("R", 1, "int32");
  const call = callExtern("int32", "twice", load(R, 0), new Var("unused").sub(0).eq(0) && R.data);
  const main = compile(func([R], store(R, 0, call)));
  const out = NDArray.of(np.array([21], "int32"), cpu);
  expect(() => main(out)).toThrow("the module calls twice, which cpu(0) does not provide");
  const seen: Word[][] = [];
  main.link({ extern: { twice: (...words) => (seen.push(words), Number(words[0]) * 2) } });
  main(out);
  expect(out.numpy().item()).toBe(42);
  expect(seen).toEqual([[21, out.address]]);
});

test("packed functions get arrays, numbers and strings", () => {
  const R = flat("R", 6, "int32");
  const shape = new Call("handle", builtin.stackMakeShape, [new IntImm(2), new IntImm(3)]);
  const array = new Call("handle", builtin.stackMakeArray, [
    R.data,
    shape,
    new IntImm(0),
    new IntImm(2),
    new IntImm(0, "int32"),
    new IntImm(0),
  ]);
  const call = new Call("int32", builtin.callPacked, [
    new StringImm("my.fill"),
    array,
    new IntImm(5),
    new StringImm("add"),
  ]);
  const main = compile(func([R], new Evaluate(call)));
  main.link({
    packed: {
      "my.fill": (target, value, how) => {
        expect(how).toBe("add");
        (target as NDArray).copyFrom((target as NDArray).numpy().add(Number(value)));
        return 0;
      },
    },
  });
  const out = NDArray.of(np.arange(6), cpu);
  main(out);
  expect(out.numpy().toArray()).toEqual([5, 6, 7, 8, 9, 10]);
});

test("a part of the program is passed to the device with the values it depends on", () => {
  const calls: { site: CallSite; signature: readonly Word[] }[] = [];
  const pushed: Word[] = [];
  class Recorder extends CpuDevice {
    override readonly functions: Device["functions"] = {
      extern: { Push: (x) => void pushed.push(x!) },
      recording: {
        Record: (site, body, signature) => {
          calls.push({ site, signature });
          return body();
        },
      },
    };
  }
  const device = new Recorder(0);
  const push = (x: ExprLike): Stmt => new Evaluate(callExtern("void", "Push", x));
  const body = loop("i", 2, (i) =>
    seq(
      new AttrStmt(
        new StringImm("vta"),
        "coproc_uop_scope",
        new StringImm("Record"),
        push(i.mul(5)),
      ),
      new AttrStmt(new StringImm("vta"), "coproc_uop_scope", new StringImm("Record"), push(7)),
    ),
  );
  const R = flat("R", 1);
  compile(func([R], body))(NDArray.empty([1], "float32", device));
  expect(pushed).toEqual([0, 7, 5, 7]);
  expect(calls.map(({ signature }) => signature)).toEqual([[0], [], [1], []]);
  expect(calls[0]!.site).toBe(calls[2]!.site);
  expect(calls[0]!.site).not.toBe(calls[1]!.site);
});

test("a thread's context is requested once per call", () => {
  let asked = 0;
  const R = flat("R", 4, "int32");
  const context = (): PrimExpr =>
    new Call("handle", builtin.threadContext, [callExtern("handle", "Context")]);
  const use = (i: ExprLike): PrimExpr => callExtern("int32", "Use", context(), i);
  const main = compile(
    func(
      [R],
      loop("i", 4, (i) => store(R, i, use(i))),
    ),
  );
  main.link({ extern: { Context: () => ++asked * 1000, Use: (c, i) => Number(c) + Number(i) } });
  const out = NDArray.empty([4], "int32", cpu);
  main(out);
  expect(out.numpy().toArray()).toEqual([1000, 1001, 1002, 1003]);
});

test("a program that a CPU cannot run is refused with a message", () => {
  const R = flat("R", 4);
  const thread = loop("i", 4, (i) => store(R, i, load(R, i)), "thread_binding");
  expect(() => compile(func([R], thread))).toThrow("axis i is bound to a thread");
  expect(isNoOp(noOp())).toBe(true);
  expect(thread).toBeInstanceOf(For);
});

test("a function may return a value", () => {
  const n = new Var("n");
  const main = compile(func([n], new Evaluate(new Call("int32", builtin.ret, [n.mul(2).add(1)]))));
  expect(main(20)).toBe(41);
  expect(slice(0, 4).kind).toBe("Ramp");
});
