import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { CpuDevice, Module, NDArray, np } from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, store } from "../../support/compiled";

beforeAll(tvm.ready);
const folder = mkdtempSync(join(tmpdir(), "tvm-ts-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const vadd = (
  size: number | tvm.tir.Var,
  dtype: tvm.tir.DataType = "float32",
): tvm.tir.PrimFunc => {
  const [A, B, C] = ["A", "B", "C"].map((name) => flat(name, size, dtype));
  const body = loop("i", size, (i) => store(C!, i, load(A!, i).add(load(B!, i))));
  return func([A!, B!, C!], body);
};

test("a module is saved, and loaded by another process", () => {
  const path = join(folder, "vadd.o");
  const module = tvm.build(vadd(8));
  module.save(path);
  expect(readdirSync(folder)).toEqual(["vadd.o"]);
  expect(WebAssembly.validate(readFileSync(path))).toBe(true);
  const loaded = tvm.loadModule(path);
  const [a, b] = [np.arange(8).astype("float32"), np.ones(8, "float32")];
  const out = tvm.nd.empty([8]);
  loaded(tvm.nd.array(a), tvm.nd.array(b), out);
  np.testing.assertEqual(out.numpy(), a.add(b));
  expect(loaded.getSource("tir")).toBe(module.getSource("tir"));
  expect(loaded.getSource("wat")).toBe(module.getSource("wat"));
  expect(() => loaded.getSource("c")).toThrow("loaded from a file has no C source");
  const index = join(import.meta.dirname, "../../../lib/tvm-ts/src/index.ts");
  const script = `import tvm from ${JSON.stringify(index)};
    const out = tvm.nd.empty([8]);
    const ones = tvm.nd.array(tvm.np.ones(8, "float32"));
    tvm.loadModule(${JSON.stringify(path)})(ones, ones, out);
    console.log(out.numpy().data.join());`;
  const options = { encoding: "utf8", cwd: join(import.meta.dirname, "../../..") } as const;
  const args = ["--import", "tsx", "--input-type=module", "-e", script];
  expect(execFileSync(process.execPath, args, options).trim()).toBe("2,2,2,2,2,2,2,2");
  loaded.save(join(folder, "again.o"));
  expect(readFileSync(join(folder, "again.o"))).toEqual(readFileSync(path));
});

test("a file that is missing, foreign, cut off, changed or of another version is refused with the reason", () => {
  const path = join(folder, "broken.o");
  const refused = (bytes: Uint8Array): string => {
    writeFileSync(path, bytes);
    try {
      tvm.loadModule(path);
    } catch (error) {
      expect(error).toBeInstanceOf(tvm.UsageError);
      return (error as tvm.UsageError).sentence.replace(path, "FILE");
    }
    return "loaded";
  };
  expect(() => tvm.loadModule(join(folder, "nowhere.o"))).toThrow(
    /nowhere\.o cannot be read: there is no such file/,
  );
  const good = tvm.build(vadd(8)).toBytes();
  expect(refused(good)).toBe("loaded");
  expect(refused(new Uint8Array())).toBe("FILE cannot be loaded: it is not a WebAssembly file");
  expect(refused(new TextEncoder().encode("not a module"))).toBe(
    "FILE cannot be loaded: it is not a WebAssembly file",
  );
  expect(refused(good.slice(0, good.length - 3))).toContain(
    "it is cut off, or made by something else",
  );
  const changed = good.slice();
  changed[60]! ^= 4;
  expect(refused(changed)).toBe(
    "FILE cannot be loaded: its checksum is wrong, so some of its bytes have changed since it was saved",
  );
  const other = Module.of(
    {
      format: "wasm",
      code: good.slice(0, 8),
      record: { ...tvm.build(vadd(8)).record, formatVersion: 99 },
      tir: () => "",
      calls: () => [],
      imports: [],
    },
    undefined as never,
  );
  expect(refused(other.toBytes())).toBe(
    "FILE cannot be loaded: it has format version 99, this library reads version 1; build it again",
  );
});

test("arguments are checked like the reference's, with full messages", () => {
  const main = tvm.build(vadd(8));
  const good = tvm.nd.empty([8]);
  const wrong = (...args: unknown[]): string => {
    try {
      main(...(args as never[]));
    } catch (error) {
      return (error as tvm.UsageError).sentence;
    }
    return "called";
  };
  expect(wrong(good, good, good)).toBe("called");
  expect(wrong(good, good)).toBe("main takes 3 arguments (A, B, C), but 2 were given");
  expect(wrong(good, 3, good)).toContain(
    "argument 2 of main (B) must be an array of float32, not number 3; make one with tvm.nd.array",
  );
  expect(wrong(good, np.zeros(8), good)).toContain("not a value of type NumpyArray");
  expect(wrong(good, good, tvm.nd.empty([8], "int32"))).toContain(
    "argument 3 of main (C) must be of type float32, but is int32",
  );
  expect(wrong(tvm.nd.empty([2, 4]), good, good)).toBe(
    "argument 1 of main (A) must have 1 dimensions ([8]), but has 2 ([2, 4])",
  );
  expect(wrong(tvm.nd.empty([9]), good, good)).toBe(
    "argument 1 of main (A) must have shape [8], but has [9]: dimension 0 must be 8, not 9",
  );
  const elsewhere = NDArray.empty([8], "float32", new CpuDevice(1));
  expect(wrong(good, elsewhere, good)).toContain(
    "is on cpu(1), but the arrays before it are on cpu(0)",
  );
  const freed = tvm.nd.empty([8]);
  freed.free();
  expect(wrong(good, freed, good)).toContain("was freed");
});

test("a size variable has one value in all arguments", () => {
  const n = new tvm.tir.Var("n", "int32", undefined, true);
  const main = tvm.build(vadd(n));
  const [a, b] = [tvm.nd.array(np.ones(5, "float32")), tvm.nd.array(np.ones(5, "float32"))];
  const out = tvm.nd.empty([5]);
  main(a, b, out);
  np.testing.assertEqual(out.numpy(), np.full(5, 2));
  expect(() => main(a, tvm.nd.empty([6]), out)).toThrow(
    "argument 2 of main (B) must have shape [n] with n = 5 (from A), but has [6]",
  );
});

test("scalars must be values of their type", () => {
  const x = new tvm.tir.Var("x", "int8");
  const R = flat("R", 1, "int8");
  const main = compile(func([R, x], store(R, 0, x)));
  const out = NDArray.empty([1], "int8", cpu);
  main(out, -128);
  expect(out.numpy().item()).toBe(-128);
  expect(() => main(out, 128)).toThrow("argument 2 of main (x) must be a int8, not number 128");
  expect(() => main(out, 0.5)).toThrow("must be a int8, not number 0.5");
});

test("a module uses another module's functions, also when both are saved together", () => {
  const R = flat("R", 1, "int32");
  const twice = new tvm.tir.Var("x");
  const ret = new tvm.tir.Call("int32", tvm.tir.builtin.ret, [twice.mul(2)]);
  const lib = new tvm.tir.PrimFunc([twice], new tvm.tir.Evaluate(ret), new Map(), new Map(), {
    global_symbol: "twice",
  });
  const call = tvm.tir.callExtern("int32", "twice", load(R, 0));
  const main = tvm.build(func([R], store(R, 0, call))).import(tvm.build(lib));
  const path = join(folder, "both.o");
  main.save(path);
  for (const module of [main, tvm.loadModule(path)]) {
    const out = tvm.nd.array(np.array([21], "int32"));
    module(out);
    expect(out.numpy().item()).toBe(42);
    expect(module.getFunction("twice")(4)).toBe(8);
  }
  expect(() => main.getFunction("thrice")).toThrow(
    "the module has no function 'thrice'; it has main",
  );
});

test("a device of another configuration is refused, with the keys that differ", () => {
  const target = tvm.target("wasm").with({ configuration: { LOG_BATCH: 0, LOG_BLOCK: 4 } });
  class Configured extends CpuDevice {
    readonly configuration = { LOG_BATCH: 0, LOG_BLOCK: 5 };
  }
  const a = NDArray.empty([8], "float32", new Configured(0));
  expect(() => tvm.build(vadd(8), { target })(a, a, a)).toThrow(
    "built for another configuration than that of cpu(0): LOG_BLOCK 4, not 5",
  );
});

test("a timing has one average for each repetition, and their statistics", () => {
  const main = tvm.build(vadd(8));
  const a = tvm.nd.empty([8]);
  const result = main.timeEvaluator("main", tvm.cpu(), { number: 3, repeat: 4 })(a, a, a);
  expect(result.results).toHaveLength(4);
  expect(result.min).toBeLessThanOrEqual(result.median);
  expect(result.median).toBeLessThanOrEqual(result.max);
  expect(result.mean).toBeGreaterThan(0);
  const slow = main.timeEvaluator("main", tvm.cpu(), { number: 1, minRepeatMs: 5 })(a, a, a);
  expect(slow.mean).toBeLessThan(0.005);
});

test("a local session takes files, loads them and computes", async () => {
  const path = join(folder, "remote.o");
  tvm.build(vadd(4, "int32")).save(path);
  const remote = tvm.rpc.localSession();
  await remote.upload(path);
  const f = await remote.loadModule("remote.o");
  const device = remote.cpu(0);
  const a = await tvm.nd.array(np.arange(4), device);
  const out = await tvm.nd.empty([4], "int32", device);
  await f(a, a, out);
  expect((await out.numpy()).toArray()).toEqual([0, 2, 4, 6]);
  const time = await f.timeEvaluator("main", device, { number: 2 })(a, a, out);
  expect(time.results).toHaveLength(1);
  await expect(remote.loadModule("other.o")).rejects.toThrow(
    "the session has no file 'other.o' (it has remote.o)",
  );
  await expect(f(a, a)).rejects.toThrow("main takes 3 arguments");
  expect(() => remote.extDev(0)).toThrow("there is no device ext_dev(0) here");
  await out.free();
  await expect(out.numpy()).rejects.toThrow("was freed");
  await remote.close();
  await expect(remote.upload(path)).rejects.toThrow("the session is closed");
});

test.each([
  ["llvm", "wasm", "llvm"],
  ["wasm", "wasm", "wasm"],
  ["c", "c", "c"],
  ["llvm -mtriple=armv7-none-linux-gnueabihf", "c", "llvm -mtriple=armv7-none-linux-gnueabihf"],
  ["ext_dev -keys=vta,cpu -device=vta", "wasm", "ext_dev -keys=vta,cpu -device=vta"],
])("target %s generates %s", (text, code, printed) => {
  expect(tvm.target(text).code).toBe(code);
  expect(String(tvm.target(text))).toBe(printed);
});

test("unknown targets and options are refused, with a list of the known ones", () => {
  expect(() => tvm.target("cuda")).toThrow("there is no target 'cuda'; there are wasm, c, llvm");
  expect(() => tvm.target("c -fast")).toThrow("'-fast' is not an option of target c");
});
