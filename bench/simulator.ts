/** The functional simulator: whole calls of compiled programs, against a plain loop in JavaScript. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { declareOperator } from "../tests/golden/operators";
import { inputData } from "../tests/support/golden-data";
import { goldenCall, goldenProgram } from "./golden";
import { timed, type BenchCase } from "./harness";

const { nd, np, te, tir } = tvm;

/** Multiply-adds of one GEMM micro-op of the default accelerator. */
const MACS_PER_UOP = 256;

function lengths({ shape }: tvm.te.Tensor): number[] {
  return shape.map((extent) => tir.constIntValue(extent)!);
}

function throughput(name: string): BenchCase {
  const macs = goldenProgram(name).expected.run!.stats!["gemm_counter"]! * MACS_PER_UOP;
  return timed({
    name: `sim/${name}`,
    unit: "GMAC/s",
    better: "higher",
    convert: (ms) => macs / ms / 1e6,
    setUp: () => goldenCall(name),
  });
}

/** `vta_conv2d_opt`'s convolution as a loop over typed arrays: 14x14, 256 to 256 channels, 3x3. */
function scalarConvolution(): () => void {
  const [height, width, channels, kernel] = [14, 14, 256, 3];
  const pitch = width + 2;
  const data = new Int8Array((height + 2) * pitch * channels).map((_, i) => (i * 7) & 63);
  const weights = new Int8Array(channels * kernel * kernel * channels).map((_, i) => (i * 5) & 63);
  const result = new Int8Array(height * width * channels);
  return () => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let o = 0; o < channels; o++) {
          let sum = 0;
          for (let dy = 0; dy < kernel; dy++) {
            for (let dx = 0; dx < kernel; dx++) {
              const from = ((y + dy) * pitch + x + dx) * channels;
              const weight = ((o * kernel + dy) * kernel + dx) * channels;
              for (let i = 0; i < channels; i++) sum += data[from + i]! * weights[weight + i]!;
            }
          }
          result[(y * width + x) * channels + o] = Math.min(Math.max(sum >> 8, 0), 127);
        }
      }
    }
  };
}

const CONVOLUTION_MACS = 14 * 14 * 256 * 256 * 9;

/** `n` rows times an `n` x `n` matrix, tiled so that a tile fits the on-chip memories. */
function matmul(env: vta.Environment, n: number) {
  const blocks = n / env.BLOCK_IN;
  const tile = { rows: Math.min(n, 64), blocks: Math.min(blocks, 16) };
  const data = te.placeholder([n, blocks, env.BATCH, env.BLOCK_IN], {
    name: "data",
    dtype: env.inpDtype,
  });
  const weight = te.placeholder([blocks, blocks, env.BLOCK_OUT, env.BLOCK_IN], {
    name: "weight",
    dtype: env.wgtDtype,
  });
  const dataBuf = te.compute(data.shape, (...i) => data(...i), "data_buf");
  const weightBuf = te.compute(weight.shape, (...i) => weight(...i), "weight_buf");
  const ko = te.reduceAxis([0, blocks], "ko");
  const ki = te.reduceAxis([0, env.BLOCK_IN], "ki");
  const shape = [n, blocks, env.BATCH, env.BLOCK_OUT];
  const gem = te.compute(
    shape,
    (r, o, b, c) =>
      te.sum(
        dataBuf(r!, ko, b!, ki)
          .astype(env.accDtype)
          .mul(weightBuf(o!, ko, c!, ki).astype(env.accDtype)),
        [ko, ki],
      ),
    "gem",
  );
  const result = te.compute(shape, (...i) => gem(...i).astype(env.inpDtype), "result");
  const s = te.createSchedule(result.op);
  const [r, o, b, c] = result.op.axis;
  const [ro, ri] = s.stage(result).split(r!, { factor: tile.rows });
  const [oo, oi] = s.stage(result).split(o!, { factor: tile.blocks });
  s.stage(result).reorder(ro, oo, ri, oi, b!, c!);
  s.stage(gem).setScope(env.accScope);
  s.stage(gem).computeAt(s.stage(result), oo);
  const [gr, go, gb, gc] = gem.op.axis;
  const [koo, koi] = s.stage(gem).split(gem.op.reduceAxis[0]!, { factor: tile.blocks });
  const kii = gem.op.reduceAxis[1]!;
  // The loops over k and rows become loops of the instruction, the loop over outputs its micro-ops.
  s.stage(gem).reorder(koo, koi, gr!, go!, gb!, gc!, kii);
  for (const [buffer, scope] of [
    [dataBuf, env.inpScope],
    [weightBuf, env.wgtScope],
  ] as const) {
    s.stage(buffer).setScope(scope);
    s.stage(buffer).computeAt(s.stage(gem), koo);
    s.stage(buffer).pragma(buffer.op.axis[0]!, env.dmaCopy);
  }
  s.stage(gem).tensorize(gb!, vta.gemm(env));
  s.stage(result).pragma(ri, env.dmaCopy);
  return { schedule: s, args: [data, weight, result], shapes: [data, weight, result] };
}

function square(n: number): BenchCase {
  return timed({
    name: `sim/matmul_${n}`,
    unit: "GMAC/s",
    better: "higher",
    convert: (ms) => n ** 3 / ms / 1e6,
    async setUp() {
      await tvm.ready();
      const env = vta.getEnv();
      const { schedule, args, shapes } = matmul(env, n);
      const f = vta.build(schedule, args, { env });
      const device = vta.extDev(0, env);
      const values = shapes.map((tensor) =>
        nd.array(np.random.randint(-128, 128, lengths(tensor)).astype("int8"), device),
      );
      return () => f(...values);
    },
  });
}

/** ResNet-18's convolutions (batch 1), each with a tiling that fits the default accelerator. */
const LAYERS: Readonly<
  Record<string, { workload: Record<string, number>; tile: [h: number, w: number, co: number] }>
> = {
  C2: { workload: layer(56, 64, 64, 3, 1), tile: [8, 56, 4] },
  C3: { workload: layer(56, 64, 128, 3, 2), tile: [7, 28, 8] },
  C4: { workload: layer(56, 64, 128, 1, 2), tile: [7, 28, 8] },
  C5: { workload: layer(28, 128, 128, 3, 1), tile: [7, 28, 8] },
  C6: { workload: layer(28, 128, 256, 3, 2), tile: [14, 14, 8] },
  C7: { workload: layer(28, 128, 256, 1, 2), tile: [14, 14, 8] },
  C8: { workload: layer(14, 256, 256, 3, 1), tile: [14, 14, 8] },
  C9: { workload: layer(14, 256, 512, 3, 2), tile: [7, 7, 32] },
  C10: { workload: layer(14, 256, 512, 1, 2), tile: [7, 7, 32] },
  C11: { workload: layer(7, 512, 512, 3, 1), tile: [7, 7, 32] },
};

function layer(size: number, from: number, to: number, k: number, stride: number) {
  return { batch: 1, h: size, w: size, in: from, out: to, k, pad: k === 3 ? 1 : 0, stride };
}

/** Builds a layer; returns a call of it with arrays on the device. */
async function layerCall(name: string): Promise<() => unknown> {
  await tvm.ready();
  const env = vta.getEnv();
  const { workload, tile } = LAYERS[name]!;
  const [h, w, co] = tile;
  const knobs = { tile_b: 1, tile_h: h, tile_w: w, tile_ci: 1, tile_co: co };
  const { schedule, args } = declareOperator(
    { operator: "conv2d_packed", workload, knobs: { ...knobs, oc_nthread: 1, h_nthread: 1 } },
    env,
  );
  const context = vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
  const f = vta.build(schedule, args, { env, context });
  const device = vta.extDev(0, env);
  const values = args.map((tensor, i) =>
    nd.array(inputData(lengths(tensor), tensor.dtype, [-64, 64, i]), device),
  );
  return () => f(...values);
}

const layers: BenchCase[] = [
  ...Object.keys(LAYERS).map((name) =>
    timed({ name: `sim/resnet18_${name}`, setUp: () => layerCall(name) }),
  ),
  timed({
    name: "sim/resnet18",
    async setUp() {
      const calls = await Promise.all(Object.keys(LAYERS).map(layerCall));
      return () => {
        for (const call of calls) call();
      };
    },
  }),
];

/** Memory of a process that runs a program, or without a program only loads the libraries. */
function memory(name: string, program?: string): BenchCase {
  return {
    name: `sim/memory_${name}`,
    unit: "MiB",
    better: "lower",
    run() {
      const script = fileURLToPath(import.meta.url);
      const args = [...process.execArgv, script, ...(program === undefined ? [] : [program])];
      const child = spawnSync(process.execPath, args, {
        encoding: "utf8",
        env: { ...process.env, VTA_BENCH_MEMORY: "1" },
      });
      if (child.status !== 0) throw new Error(child.stderr);
      return Promise.resolve([Number(child.stdout.trim().split("\n").at(-1))]);
    },
  };
}

/** Prints the peak of resident memory in MiB. */
async function reportMemory(program: string | undefined): Promise<void> {
  await tvm.ready();
  const call = program === undefined ? () => undefined : await goldenCall(program);
  let peak = 0;
  for (let i = 0; i < 20; i++) {
    call();
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  console.log(Math.round(peak / 2 ** 20));
}

if (process.env["VTA_BENCH_MEMORY"] === "1") void reportMemory(process.argv[2]);

export const cases: BenchCase[] = [
  throughput("vta_conv2d_opt"),
  throughput("vta_matmul_opt"),
  timed({
    name: "sim/scalar_js",
    unit: "GMAC/s",
    better: "higher",
    convert: (ms) => CONVOLUTION_MACS / ms / 1e6,
    setUp: scalarConvolution,
  }),
  timed({
    name: "sim/vta_vadd",
    unit: "µs",
    convert: (ms) => ms * 1000,
    setUp: () => goldenCall("vta_vadd"),
  }),
  ...[64, 128, 256, 512, 1024, 2048, 4096].map(square),
  ...layers,
  memory("libraries"),
  memory("vta_conv2d_opt", "vta_conv2d_opt"),
];
