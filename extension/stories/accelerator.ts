/** The accelerator: traces, also ones that cannot be drawn, its environment and counters. */

import { nd, np, te, tir } from "tvm-ts";
import * as vta from "vta-ts";
import type { Story } from "./story";

interface ProductOptions {
  readonly rows: number;
  /** Blocks of inputs and of outputs. */
  readonly blocks: number;
  /** Rows, blocks of outputs and blocks of inputs in a tile on chip. */
  readonly tile: readonly [rows: number, outputs: number, inputs: number];
  readonly threads: 1 | 2;
}

/** One run of a matrix product, recorded. */
export function traceOfProduct(
  product: ProductOptions,
  options: vta.TraceOptions = {},
): vta.ExecutionTrace {
  return vta.trace(callOfProduct(product), options);
}

/** The profile of a matrix product. */
export function profileOfProduct(product: ProductOptions): vta.Profile {
  return vta.profile(callOfProduct(product));
}

/** A run on the cycle simulator, which also computes values. */
export function timedTraceOfProduct(product: ProductOptions): vta.ExecutionTrace {
  const env = new vta.Environment({ ...vta.getEnv().config, TARGET: "tsim" });
  return vta.trace(callOfProduct(product, env), { device: vta.extDev(0, env) });
}

/** A matrix product on the accelerator, shifted and clipped on the ALU. */
function callOfProduct(
  { rows, blocks, tile, threads }: ProductOptions,
  env = vta.getEnv(),
): () => unknown {
  const { BATCH, BLOCK_IN, BLOCK_OUT } = env;
  const data = te.placeholder([rows, blocks, BATCH, BLOCK_IN], {
    name: "data",
    dtype: env.inpDtype,
  });
  const weight = te.placeholder([blocks, blocks, BLOCK_OUT, BLOCK_IN], {
    name: "weight",
    dtype: env.wgtDtype,
  });
  const dataBuf = te.compute(data.shape, (...i) => data(...i), "data_buf");
  const weightBuf = te.compute(weight.shape, (...i) => weight(...i), "weight_buf");
  const ko = te.reduceAxis([0, blocks], "ko");
  const ki = te.reduceAxis([0, BLOCK_IN], "ki");
  const shape = [rows, blocks, BATCH, BLOCK_OUT];
  const gemm = te.compute(
    shape,
    (r, o, b, c) => {
      const x = dataBuf(r!, ko, b!, ki).astype(env.accDtype);
      return te.sum(x.mul(weightBuf(o!, ko, c!, ki).astype(env.accDtype)), [ko, ki]);
    },
    "gemm",
  );
  const shifted = te.compute(shape, (...i) => gemm(...i).shiftRight(8), "shifted");
  const clipped = te.compute(shape, (...i) => shifted(...i).max(0), "clipped");
  const result = te.compute(shape, (...i) => clipped(...i).astype(env.inpDtype), "result");

  const s = te.createSchedule(result.op);
  const output = s.stage(result);
  const [r, o] = result.op.axis as [tir.IterVar, tir.IterVar];
  const [ro, ri] = output.split(r, { factor: tile[0] });
  const [oo, oi] = output.split(o, { factor: tile[1] });
  output.reorder(ro, oo, ri, oi);
  let place = oo;
  if (threads > 1) {
    const [outer, thread] = output.split(oo, { factor: threads });
    output.reorder(thread, ro, outer);
    output.bind(thread, te.threadAxis("cthread"));
    place = outer;
  }
  for (const tensor of [gemm, shifted, clipped]) {
    s.stage(tensor).setScope(env.accScope).computeAt(output, place);
  }
  for (const tensor of [shifted, clipped]) {
    s.stage(tensor).pragma(tensor.op.axis[0]!, env.alu);
  }
  const [gr, go, gb, gc] = gemm.op.axis as [tir.IterVar, tir.IterVar, tir.IterVar, tir.IterVar];
  const [koo, koi] = s.stage(gemm).split(ko, { factor: tile[2] });
  s.stage(gemm).reorder(koo, koi, gr, go, gb, gc, ki);
  for (const [tensor, scope] of [
    [dataBuf, env.inpScope],
    [weightBuf, env.wgtScope],
  ] as const) {
    s.stage(tensor).setScope(scope).computeAt(s.stage(gemm), koo);
    s.stage(tensor).pragma(tensor.op.axis[0]!, env.dmaCopy);
  }
  s.stage(gemm).tensorize(gb, env.gemm);
  output.pragma(ri, env.dmaCopy);

  const f = vta.build(s, [data, weight, result], { env });
  const device = vta.extDev(0, env);
  const array = (shape: number[], step: number) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = np.arange(size).mul(step).mod(64).astype("int8");
    return nd.array(values.reshape(shape), device);
  };
  const inputs = [
    array([rows, blocks, BATCH, BLOCK_IN], 7),
    array([blocks, blocks, BLOCK_OUT, BLOCK_IN], 5),
  ];
  return () => f(...inputs, nd.empty(shape, env.inpDtype, device));
}

const bundleOf = vta.view.traceBundle;
const { mimeTypes } = vta.view;
const small: ProductOptions = { rows: 8, blocks: 4, tile: [8, 2, 2], threads: 2 };

/** Made on request, because building programs needs the loaded library. */
export function acceleratorStories(): readonly Story[] {
  const threads = traceOfProduct(small);
  const profile = profileOfProduct(small);
  const bundle = bundleOf(threads);
  const drawn = bundle[mimeTypes.trace] as vta.view.TraceView;
  const changed = (change: object) => ({
    [mimeTypes.trace]: { ...drawn, ...change },
    "text/plain": bundle["text/plain"],
  });
  return [
    { id: "trace-threads", source: "vta.trace(() => f(data, weight, result))", bundle },
    {
      id: "trace-cycles",
      source: "// with the cycles of each instruction",
      bundle: bundleOf(timedTraceOfProduct(small)),
    },
    {
      id: "profile",
      source: "vta.profile(() => f(data, weight, result))",
      bundle: vta.view.profileBundle(profile),
    },
    {
      id: "trace-long",
      source: "// some ten thousand instructions",
      bundle: bundleOf(traceOfProduct({ rows: 104, blocks: 16, tile: [8, 1, 1], threads: 1 })),
    },
    {
      id: "trace-cut",
      source: "vta.trace(() => f(data, weight, result), { limit: 12 })",
      bundle: bundleOf(traceOfProduct(small, { limit: 12 })),
    },
    {
      id: "trace-nothing",
      source: "vta.trace(() => undefined)",
      bundle: bundleOf(vta.trace(() => undefined)),
    },
    {
      id: "trace-damaged",
      source: "// elements beyond the memories' ends",
      bundle: changed({ memories: drawn.memories.map((memory) => ({ ...memory, depth: 1 })) }),
    },
    { id: "trace-future", source: "// made by a newer version", bundle: changed({ version: 2 }) },
    {
      id: "trace-hostile",
      source: "// texts that look like HTML",
      bundle: changed({
        model: "<img src=x onerror=window.hacked=1>",
        sources: drawn.sources.map((text) => `<script>window.hacked=1</script>\n${text}`),
      }),
    },
    { id: "environment", source: "vta.getEnv()", bundle: vta.view.environmentBundle(vta.getEnv()) },
    {
      id: "statistics",
      source: "vta.simulator.lastCall()",
      bundle: vta.view.statisticsBundle(threads.stats),
    },
  ];
}
