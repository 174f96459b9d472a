/**
 * Matrix multiplies and convolutions with one flaw each, and the same programs without it. The sizes are
 * those of the golden programs and operators.
 */

import { te, topi } from "tvm-ts";
import * as vta from "vta-ts";
import type { Workload } from "./vta-workloads";

const env = vta.getEnv();

interface MatmulOptions {
  /** Rows, the sum's length and columns, in values. */
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Tiles: rows, and blocks of the sum and of columns. */
  readonly rows: number;
  readonly sum: number;
  readonly columns: number;
  readonly threads?: number;
  /** The loop of the product at which each operand is loaded. */
  readonly dataAt?: Place;
  readonly weightAt?: Place;
  /** Whether results are stored a block at a time, not a row of the tile. */
  readonly storesBlocks?: boolean;
  /** Whether the ALU adds an array that is 0 everywhere, not the constant 0. */
  readonly addsArray?: boolean;
}

type Place = "sum tile" | "sum" | "row" | "column";

/** The tutorial's matrix multiply. */
export function matmul(options: MatmulOptions): Workload {
  const { rows, sum, columns, threads = 1, addsArray = false } = options;
  const [m, k, n] = [options.m, options.k / 16, options.n / 16];
  const shape = [m, n, 1, 16];
  const data = te.placeholder([m, k, 1, 16], { name: "data", dtype: env.inpDtype });
  const weight = te.placeholder([n, k, 16, 16], { name: "weight", dtype: env.wgtDtype });
  const zeros = te.placeholder(shape, { name: "zeros", dtype: env.accDtype });
  const ko = te.reduceAxis([0, k], "ko");
  const ki = te.reduceAxis([0, 16], "ki");
  const product = te.compute(
    shape,
    (b, o, i, j) =>
      te.sum(
        data(b!, ko, i!, ki)
          .astype(env.accDtype)
          .mul(weight(o!, ko, j!, ki).astype(env.accDtype)),
        [ko, ki],
      ),
    "product",
  );
  const shifted = te.compute(shape, (...i) => product(...i).shiftRight(8), "shifted");
  const zerosCopy = te.compute(shape, (...i) => zeros(...i), "zeros_buf");
  const added = te.compute(
    shape,
    (...i) => shifted(...i).add(addsArray ? zerosCopy(...i) : 1),
    "added",
  );
  const result = te.compute(shape, (...i) => added(...i).astype(env.inpDtype), "result");

  const s = te.createSchedule(result.op);
  const copies = [
    s.cacheRead(data, env.inpScope, [product]),
    s.cacheRead(weight, env.wgtScope, [product]),
  ] as const;
  const output = s.stage(result);
  const [b, o, i, j] = result.op.axis as [Axis, Axis, Axis, Axis];
  const [bTile, bIn] = output.split(b, { factor: rows });
  const [oTile, oIn] = output.split(o, { factor: columns });
  output.reorder(bTile, oTile, bIn, oIn, i, j);
  let tile: Axis = oTile;
  if (threads > 1) {
    const [outer, thread] = output.split(oTile, { factor: threads });
    output.reorder(thread, bTile, outer, bIn, oIn, i, j);
    output.bind(thread, te.threadAxis("cthread"));
    tile = outer;
  }
  for (const tensor of [product, shifted, added, ...(addsArray ? [zerosCopy] : [])]) {
    s.stage(tensor).setScope(env.accScope).computeAt(output, tile);
  }
  const stage = s.stage(product);
  const [pb, po, pi, pj] = product.op.axis as [Axis, Axis, Axis, Axis];
  const [sumTile, sumIn] = stage.split(ko, { factor: sum });
  stage.reorder(sumTile, sumIn, pb, po, pi, pj, ki);
  const places = { "sum tile": sumTile, sum: sumIn, row: pb, column: po };
  const at = [options.dataAt, options.weightAt];
  copies.forEach((copy, c) => {
    const place = places[at[c] ?? "sum tile"];
    s.stage(copy).computeAt(stage, place).pragma(copy.op.axis[0]!, env.dmaCopy);
  });
  stage.tensorize(pi, env.gemm);
  for (const tensor of [shifted, added]) s.stage(tensor).pragma(tensor.op.axis[0]!, env.alu);
  if (addsArray) s.stage(zerosCopy).pragma(zerosCopy.op.axis[0]!, env.dmaCopy);
  output.pragma(options.storesBlocks === true ? i : bIn, env.dmaCopy);
  const inputs = addsArray ? [data, weight, zeros] : [data, weight];
  return { schedule: s, args: [...inputs, result] };
}

type Axis = te.Stage["leafIterVars"][number];

interface ConvolutionOptions extends vta.topi.ConvKnobs {
  /** Blocks of channels, rows and columns of the input, the window's side and stride. */
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  readonly window?: number;
  readonly stride?: number;
}

/** A convolution of ResNet-18 in the reference's schedule; the default tile is the whole output. */
export function convolution(options: ConvolutionOptions): Workload {
  const { inputs, outputs, size, window = 3, stride = 1, ...knobs } = options;
  const data = te.placeholder([1, inputs, size, size, 1, 16], {
    name: "data",
    dtype: env.inpDtype,
  });
  const kernel = te.placeholder([outputs, inputs, window, window, 16, 16], {
    name: "kernel",
    dtype: env.wgtDtype,
  });
  const padding = (window - 1) / 2;
  const sums = vta.topi.conv2dPacked(data, kernel, {
    strides: [stride, stride],
    padding: [padding, padding],
    outDtype: env.accDtype,
  });
  const shifted = topi.rightShift(sums, 8);
  const result = topi.cast(vta.topi.clip(shifted, 0, 127), env.outDtype);
  const whole = { tileH: size / stride, tileW: size / stride, tileCi: 1, tileCo: 1 };
  const schedule = vta.topi.scheduleConv2dPacked(
    result,
    { ...whole, ocNthread: 1, hNthread: 1, ...knobs },
    env,
  );
  return { schedule, args: [data, kernel, result] };
}

export interface FlawedProgram {
  readonly name: string;
  /** The flaw that the expected advice is about. */
  readonly about: RegExp;
  readonly flawed: () => Workload;
  readonly fixed: () => Workload;
}

const THREADS = /too few virtual threads/;
const RELOADED = /tiles are loaded that were loaded before/;
const TINY = /tiles are tiny/;
const STORES = /stores of a few elements/;
const REGISTERS = /the ALU reads two registers/;
const SHORT = /rows of tiles are shorter than a burst/;

function pair<T>(
  make: (options: T) => Workload,
  name: string,
  about: RegExp,
  flawed: T,
  fixed: Partial<T>,
): FlawedProgram {
  return {
    name,
    about,
    flawed: () => make(flawed),
    fixed: () => make({ ...flawed, ...fixed }),
  };
}

const square: MatmulOptions = { m: 64, k: 256, n: 256, rows: 16, sum: 4, columns: 4 };
const two = { ...square, threads: 2 };
const c2 = { inputs: 4, outputs: 4, size: 56 };
const c5 = { inputs: 8, outputs: 8, size: 28 };
const c8 = { inputs: 16, outputs: 16, size: 14 };

const multiply = pair<MatmulOptions>;
const convolve = pair<ConvolutionOptions>;

export const flawedPrograms: readonly FlawedProgram[] = [
  multiply(
    matmul,
    "the tutorial's row times matrix in one thread",
    THREADS,
    { m: 1, k: 1024, n: 1024, rows: 1, sum: 16, columns: 16 },
    { threads: 2 },
  ),
  multiply(matmul, "a square product in one thread", THREADS, square, { threads: 2 }),
  multiply(
    matmul,
    "a square product in one thread, with short sums",
    THREADS,
    { ...square, sum: 1, columns: 8 },
    { threads: 2 },
  ),
  convolve(convolution, "C2 in one thread", THREADS, { ...c2, tileH: 14 }, { ocNthread: 2 }),
  convolve(
    convolution,
    "C3 in one thread",
    THREADS,
    { ...c2, outputs: 8, stride: 2, tileH: 7, tileCo: 4 },
    { ocNthread: 2 },
  ),
  convolve(
    convolution,
    "C5 in one thread",
    THREADS,
    { ...c5, tileH: 14, tileCo: 2 },
    { hNthread: 2 },
  ),
  convolve(convolution, "C8 in one thread", THREADS, { ...c8, tileCo: 4 }, { ocNthread: 2 }),
  convolve(
    convolution,
    "C11 in one thread",
    THREADS,
    { inputs: 32, outputs: 32, size: 7, tileCo: 16 },
    { ocNthread: 2 },
  ),
  convolve(
    convolution,
    "C8 with a window of one point, in one thread",
    THREADS,
    { ...c8, window: 1, tileCo: 4 },
    { ocNthread: 2 },
  ),
  multiply(
    matmul,
    "weights loaded again for every four rows",
    RELOADED,
    { ...two, rows: 4, columns: 8 },
    { rows: 64 },
  ),
  multiply(
    matmul,
    "weights loaded again for every row",
    RELOADED,
    { ...two, m: 16, columns: 8, weightAt: "row" },
    { weightAt: "sum tile" },
  ),
  multiply(
    matmul,
    "inputs loaded again for every column",
    RELOADED,
    { ...two, m: 16, columns: 8, dataAt: "column" },
    { dataAt: "sum tile" },
  ),
  convolve(
    convolution,
    "C5 with a window of one point, inputs loaded again for every channel",
    RELOADED,
    { ...c5, window: 1, tileH: 14, tileCo: 1, ocNthread: 2 },
    { tileCo: 2 },
  ),
  convolve(
    convolution,
    "C2 in tiles of two rows, whose neighbours are loaded again",
    RELOADED,
    { ...c2, tileH: 2, tileCo: 2, ocNthread: 2 },
    { tileH: 8 },
  ),
  multiply(
    matmul,
    "operands loaded a block at a time",
    TINY,
    { ...two, m: 16, rows: 4, columns: 1, dataAt: "sum", weightAt: "sum" },
    { dataAt: "sum tile", weightAt: "sum tile" },
  ),
  multiply(
    matmul,
    "tiles of two rows and two columns",
    TINY,
    { ...two, m: 16, rows: 2, columns: 2, sum: 1 },
    { sum: 4 },
  ),
  multiply(
    matmul,
    "results stored a block at a time",
    STORES,
    { ...two, columns: 8, storesBlocks: true },
    { storesBlocks: false },
  ),
  multiply(
    matmul,
    "results of a short sum stored a block at a time",
    STORES,
    { ...two, k: 32, sum: 2, storesBlocks: true },
    { storesBlocks: false },
  ),
  multiply(
    matmul,
    "an array of constants on the ALU",
    REGISTERS,
    { ...two, k: 64, columns: 8, addsArray: true },
    { addsArray: false },
  ),
  convolve(
    convolution,
    "tiles of four columns",
    SHORT,
    { inputs: 2, outputs: 1, size: 56, window: 1, tileH: 28, tileW: 4, hNthread: 2 },
    { tileH: 2, tileW: 56 },
  ),
];
