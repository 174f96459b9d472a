/**
 * `npx tsx --tsconfig bench/tsconfig.json bench/published-cycles.ts`: the table of docs/cycle-model.md with
 * the reproducible cycle counts that were published for VTA's hardware, and ours.
 *
 * Sources: TVM's pull request 3347 (the hardware's first revision, 2019: its unit tests), tvm-vta's pull request 32
 * (ResNet-18's second layer, five times, on wider buses).
 */

import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { readInstructions } from "../tests/golden/instruction-runs";
import { golden } from "./tsim";

const { nd, te, tir, topi } = tvm;
const env = vta.getEnv();

type Tensor = tvm.te.Tensor;
type Expr = tvm.tir.PrimExpr;

interface Program {
  readonly schedule: tvm.te.Schedule;
  readonly args: readonly Tensor[];
}

const copyOf = (tensor: Tensor, name: string): Tensor =>
  te.compute(tensor.shape, (...i) => tensor(...i), name);

/** Loads into accumulators, a chain of ALU stages, and the store. */
function chain(
  [rows, columns]: readonly [number, number],
  steps: readonly ((value: Expr, second: () => Expr) => Expr)[],
  { operands = 1, pad = 0 }: { readonly operands?: 1 | 2; readonly pad?: number } = {},
): Program {
  const shape = [rows, columns, env.BATCH, env.BLOCK_OUT];
  const inputs = Array.from({ length: operands }, (_, i) =>
    te.placeholder(shape, { name: `A${i}`, dtype: env.accDtype }),
  );
  const before = [pad, pad, 0, 0];
  const loaded = inputs.map((input, i) =>
    pad === 0
      ? copyOf(input, `buf${i}`)
      : topi.nn.pad(input, before, undefined, { name: `buf${i}` }),
  );
  let last = loaded[0]!;
  const stages: Tensor[] = [];
  for (const [i, step] of steps.entries()) {
    const from = last;
    last = te.compute(
      from.shape,
      (...at) => step(from(...at), () => loaded[1]!(...at)),
      `step${i}`,
    );
    stages.push(last);
  }
  const sums = last;
  const result = te.compute(sums.shape, (...i) => sums(...i).astype(env.inpDtype), "C");
  const schedule = te.createSchedule(result.op);
  for (const copy of loaded) {
    schedule.stage(copy).setScope(env.accScope).pragma(copy.op.axis[0]!, env.dmaCopy);
  }
  for (const stage of stages) {
    schedule.stage(stage).setScope(env.accScope).pragma(stage.op.axis[0]!, env.alu);
  }
  schedule.stage(result).pragma(result.op.axis[0]!, env.dmaCopy);
  return { schedule, args: [...inputs, result] };
}

/** The GEMM test: 4 inputs by 4 weights, then a shift and two limits; optionally on two threads. */
function gemm(threads: 1 | 2): Program {
  const [o, n, m] = [4, 1, 4];
  const X = te.placeholder([o, n, env.BATCH, env.BLOCK_IN], { name: "X", dtype: env.inpDtype });
  const W = te.placeholder([m, n, env.BLOCK_OUT, env.BLOCK_IN], { name: "W", dtype: env.wgtDtype });
  const [x, w] = [copyOf(X, "x"), copyOf(W, "w")];
  const ko = te.reduceAxis([0, n], "ko");
  const ki = te.reduceAxis([0, env.BLOCK_IN], "ki");
  const shape = [o, m, env.BATCH, env.BLOCK_OUT];
  const sums = te.compute(
    shape,
    (a, b, c, d) => {
      const left = x(a, ko, c, ki).astype(env.accDtype);
      return te.sum(left.mul(w(b, ko, d, ki).astype(env.accDtype)), [ko, ki]);
    },
    "sums",
  );
  const after = (name: string, from: Tensor, step: (value: Expr) => Expr): Tensor =>
    te.compute(shape, (...i) => step(from(...i)), name);
  const shifted = after("shifted", sums, (value) => value.shiftRight(8));
  const lower = after("lower", shifted, (value) => tir.max(value, 0));
  const limited = after("limited", lower, (value) => tir.min(value, 127));
  const Y = te.compute(shape, (...i) => limited(...i).astype(env.inpDtype), "Y");
  const schedule = te.createSchedule(Y.op);
  const product = schedule.stage(sums).setScope(env.accScope);
  const [a, b, c, d] = sums.op.axis as tvm.tir.IterVar[];
  product.reorder(ko, a!, b!, c!, d!, ki);
  for (const [copy, scope] of [[x, env.inpScope] as const, [w, env.wgtScope] as const]) {
    schedule.stage(copy).setScope(scope).computeAt(product, ko);
    schedule.stage(copy).pragma(copy.op.axis[0]!, env.dmaCopy);
  }
  product.tensorize(c!, env.gemm);
  const result = schedule.stage(Y);
  let marked = Y.op.axis[0]!;
  if (threads === 2) {
    const [thread, inner] = result.split(marked, { nparts: 2 });
    result.bind(thread, te.threadAxis("cthread"));
    marked = inner;
    for (const stage of [sums, shifted, lower, limited]) {
      schedule.stage(stage).computeAt(result, thread);
    }
  }
  for (const stage of [shifted, lower, limited]) {
    schedule.stage(stage).setScope(env.accScope).pragma(stage.op.axis[0]!, env.alu);
  }
  result.pragma(marked, env.dmaCopy);
  return { schedule, args: [X, W, Y] };
}

function cyclesOf({ schedule, args }: Program): number {
  const context = vta.buildConfig({ disabledPass: ["tir.CommonSubexprElimTIR"] });
  const f = vta.build(schedule, args, { context });
  const arrays = args.map((tensor) =>
    nd.empty(
      tensor.shape.map((extent) => tir.constIntValue(extent)!),
      tensor.dtype,
      vta.extDev(0),
    ),
  );
  return vta.profile(() => f(...arrays), { values: false }).cycles;
}

const SQUARE = [8, 8] as const;
/** Program, published cycles, and the function that builds it. */
const UNIT_TESTS: readonly (readonly [name: string, published: number, program: () => Program])[] =
  [
    ["save and load, 6 x 6", 619, () => chain([6, 6], [(v) => v.shiftRight(0)])],
    [
      "padded load, 3 x 5, all sides",
      8579,
      () => chain([3, 5], [(v) => v.shiftRight(0)], { pad: 1 }),
    ],
    ["GEMM, default", 648, () => gemm(1)],
    ["GEMM, two threads", 755, () => gemm(2)],
    ["SHL by an immediate, 8 x 8", 1067, () => chain(SQUARE, [(v) => v.shiftLeft(3)])],
    ["MAX with an immediate, 8 x 8", 1067, () => chain(SQUARE, [(v) => tir.max(v, 0)])],
    ["ADD of an immediate, 8 x 8", 1067, () => chain(SQUARE, [(v) => v.add(5)])],
    ["SHR by an immediate, 8 x 8", 1067, () => chain(SQUARE, [(v) => v.shiftRight(3)])],
    ["MAX, 8 x 8", 1654, () => chain(SQUARE, [(v, w) => tir.max(v, w())], { operands: 2 })],
    ["ADD, 8 x 8", 1654, () => chain(SQUARE, [(v, w) => v.add(w())], { operands: 2 })],
    ["relu, 8 x 10", 1738, () => chain([8, 10], [(v) => tir.max(v, 0), (v) => tir.min(v, 127)])],
    ["shift and scale, 2 x 8", 386, () => chain([2, 8], [(v) => v.add(5), (v) => v.shiftRight(3)])],
  ];

/** Million cycles of five runs of the layer, by bus. */
const BUSES = [
  ["de10", "64 bits", 97],
  ["wide128", "128 bits", 58],
  ["wide256", "256 bits", 39],
  ["wide512", "512 bits", 29],
] as const;

const number = (value: number): string => Math.round(value).toLocaleString("en-US");

async function main(): Promise<void> {
  await tvm.ready();
  console.log("| program | published | ours | ours / published |");
  console.log("| --- | ---: | ---: | ---: |");
  for (const [name, published, program] of UNIT_TESTS) {
    const ours = cyclesOf(program());
    console.log(
      `| ${name} | ${number(published)} | ${number(ours)} | ${(ours / published).toFixed(2)} |`,
    );
  }
  console.log(
    "\n| bus | published, five times | ours, five times, smallest tiles | ours, five times, best tiles |",
  );
  console.log("| --- | ---: | ---: | ---: |");
  const [words, tuned] = await Promise.all(["op_C2_0", "op_C2_53"].map(instructionsOf));
  for (const [model, bus, published] of BUSES) {
    const millions = (run: typeof words): string =>
      ((5 * vta.simulateCycles(env, run!.words, { ...run!, model }).timing.cycles) / 1e6).toFixed(
        1,
      );
    console.log(`| ${bus} | ${published} M | ${millions(words)} M | ${millions(tuned)} M |`);
  }
}

async function instructionsOf(name: string) {
  let found: { words: Uint32Array; address: number } | undefined;
  await readInstructions(golden(`operators/${name}`), env, ({ words, address }) => {
    found = { words, address };
  });
  return found;
}

void main();
