/** The reference's te programs: WebAssembly, C and the interpreter compute the same. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { interpret } from "../../../lib/tvm-ts/src/codegen";
import { np } from "../../../lib/tvm-ts/src/runtime";
import { buildProgram, type ProgramJson } from "../../support/golden-program";
import { runC } from "../../support/compiled-c";

beforeAll(tvm.ready);

const folder = join(import.meta.dirname, "../../golden/programs");

/** Programs that cannot run on a CPU here: they use threads, or C functions that are not provided. */
const NOT_HERE = new Set([
  "te_bind",
  "te_layout_threads",
  "te_symbolic_bind",
  "te_tensorize_gemv",
  "te_tensorize_vadd",
]);

const programs = readdirSync(folder)
  .filter((name) => /^te_.*\.json$/.test(name) && !name.includes(".expect."))
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ProgramJson)
  .filter(({ name }) => !NOT_HERE.has(name));

/** The value of every size variable. */
const SIZE = 13;

function sizeOf(dim: tvm.tir.PrimExpr): number {
  const value = tvm.tir.constIntValue(dim);
  if (value !== undefined) return value;
  const replaced = tvm.tir.substitute(dim, () => new tvm.tir.IntImm(SIZE));
  return tvm.tir.constIntValue(new tvm.arith.Analyzer().simplify(replaced))!;
}

/** The largest distance between two corresponding elements, in values of their type. */
function ulpsApart(a: np.ndarray, b: np.ndarray): number {
  if (a.dtype !== "float32") return a.data.every((value, i) => value === b.data[i]) ? 0 : Infinity;
  const [x, y] = [a, b].map(({ data }) =>
    Array.from(new Int32Array(data.buffer, data.byteOffset, data.length)),
  );
  return Math.max(...x!.map((bits, i) => Math.abs(bits - y![i]!)));
}

test.each(programs.map((program) => [program.name, program] as const))("%s", (name, program) => {
  const { schedule, args, tensors } = buildProgram<never>(program);
  const module = tvm.lower(schedule, args);
  const [func] = [...module.functions.values()];
  np.random.seed(7);
  const inputs = program.args.map((arg, i) => {
    const tensor = tensors.get(arg);
    if (tensor === undefined) return SIZE;
    // The shape of the argument, which is not the tensor's shape if that has another layout.
    const shape = func!.preflattenedBufferMap.get(func!.params[i]!)!.shape.map(sizeOf);
    const float = tensor.dtype.startsWith("float");
    const data = np.random.randint(1, 50, shape);
    return float ? data.div(16).astype(tensor.dtype) : data.astype(tensor.dtype);
  });
  const onCpu = inputs.map((x) => (typeof x === "number" ? x : tvm.nd.array(x)));
  tvm.build(module)(...onCpu);
  const model = inputs.map((x) =>
    typeof x === "number" ? x : { data: x.data.slice(), shape: [...x.shape] },
  );
  interpret(func!, model);
  const usesFunctions = /@tir\.(exp|tanh|log|sigmoid|pow)/.test(
    String(tvm.tir.printModule(module).text),
  );
  // Functions are computed as doubles, which in C may differ by one unit in the last place.
  const ulps = usesFunctions ? 1 : 0;
  const c = runC(func!, inputs);
  onCpu.forEach((array, i) => {
    if (typeof array === "number") return;
    const expected = (model[i] as { data: np.ndarray["data"] }).data;
    expect([name, array.numpy().data]).toEqual([name, expected]);
    expect(ulpsApart(c.shift()!, array.numpy())).toBeLessThanOrEqual(ulps);
  });
});

test("a schedule that is bound to threads is refused with a message", () => {
  const file = join(folder, "te_bind.json");
  const program = JSON.parse(readFileSync(file, "utf8")) as ProgramJson;
  const { schedule, args } = buildProgram<never>(program);
  expect(() => tvm.build(schedule, args)).toThrow("the function uses thread axes (blockIdx.x)");
});
