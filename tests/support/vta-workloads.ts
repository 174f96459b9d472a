/** Programs of the reference's tests and tutorials, written with our API. */

import { te, tir, topi } from "tvm-ts";
import * as vta from "vta-ts";

/** A scheduled computation; its arguments are placeholders and, last, the result. */
export interface Workload {
  readonly schedule: te.Schedule;
  readonly args: readonly te.Tensor[];
}

const env = vta.getEnv();
const { BATCH, BLOCK_IN, BLOCK_OUT, accDtype, inpDtype, wgtDtype, accScope, dmaCopy } = env;
const INP_MAX = 2 ** (env.INP_WIDTH - 1) - 1;

type Element = (x: tir.PrimExpr) => tir.PrimExpr;
type Axis = tir.IterVar;

function copyOf(tensor: te.Tensor): te.Tensor {
  return te.compute(tensor.shape, (...i) => tensor(...i), `${tensor.name}_buf`);
}

function each(tensor: te.Tensor, name: string, element: Element): te.Tensor {
  return te.compute(tensor.shape, (...i) => element(tensor(...i)), name);
}

function stored(tensor: te.Tensor, name = "res"): te.Tensor {
  return each(tensor, name, (x) => x.astype(inpDtype));
}

/** Marks the copies between DRAM and on-chip memory. */
function byDma(s: te.Schedule, ...tensors: readonly te.Tensor[]): void {
  for (const stage of tensors.map((tensor) => s.stage(tensor))) {
    stage.pragma(stage.op.axis[0]!, dmaCopy);
  }
}

/** Puts operations into the accumulator and onto the ALU. */
function onTheAlu(s: te.Schedule, tensors: readonly te.Tensor[]): void {
  for (const stage of tensors.map((tensor) => s.stage(tensor))) {
    stage.setScope(accScope).pragma(stage.op.axis[0]!, env.alu);
  }
}

/** Operations of the ALU on `count` tensors of `[m, n]` elements. */
export function alu(
  [m, n]: readonly [number, number],
  count: 1 | 2,
  steps: readonly ((...x: tir.PrimExpr[]) => tir.PrimExpr)[],
): Workload {
  const shape = [m, n, BATCH, BLOCK_OUT];
  const inputs = ["a", "b"]
    .slice(0, count)
    .map((name) => te.placeholder(shape, { name, dtype: accDtype }));
  const copies = inputs.map(copyOf);
  const [first, ...rest] = steps;
  const computed = [te.compute(shape, (...i) => first!(...copies.map((t) => t(...i))), "step0")];
  rest.forEach((step, i) => computed.push(each(computed[i]!, `step${i + 1}`, (x) => step(x))));
  const res = stored(computed.at(-1)!);
  const schedule = te.createSchedule(res);
  copies.forEach((tensor) => schedule.stage(tensor).setScope(accScope));
  byDma(schedule, ...copies, res);
  onTheAlu(schedule, computed);
  return { schedule, args: [...inputs, res] };
}

/** `n x m` elements with padding before and after, in both dimensions. */
export function paddedLoad(before: readonly number[], after: readonly number[]): Workload {
  const x = te.placeholder([3, 5, BATCH, BLOCK_OUT], { name: "x", dtype: accDtype });
  const x_buf = topi.nn.pad(x, [...before, 0, 0], [...after, 0, 0], { name: "y" });
  const y_buf = each(x_buf, "y_buf", (v) => tir.shiftRight(v, 0));
  const y = stored(y_buf, "y");
  const schedule = te.createSchedule(y);
  schedule.stage(x_buf).setScope(accScope);
  byDma(schedule, x_buf, y);
  onTheAlu(schedule, [y_buf]);
  return { schedule, args: [x, y] };
}

/** A product of packed matrices, shifted and limited to the output's range. */
function matrixProduct(o: number, n: number, m: number, epilogue: boolean) {
  const data = te.placeholder([o, n, BATCH, BLOCK_IN], { name: "data", dtype: inpDtype });
  const weight = te.placeholder([m, n, BLOCK_OUT, BLOCK_IN], { name: "weight", dtype: wgtDtype });
  const [dataBuf, weightBuf] = [copyOf(data), copyOf(weight)];
  const ko = te.reduceAxis([0, n], "ko");
  const ki = te.reduceAxis([0, BLOCK_IN], "ki");
  const gemm = te.compute(
    [o, m, BATCH, BLOCK_OUT],
    (bo, co, bi, ci) => {
      const value = dataBuf(bo!, ko, bi!, ki).astype(accDtype);
      return te.sum(value.mul(weightBuf(co!, ko, ci!, ki).astype(accDtype)), [ko, ki]);
    },
    "res_gem",
  );
  const onAlu = epilogue ? limited(gemm) : [];
  const res = stored(onAlu.at(-1) ?? gemm);
  const s = te.createSchedule(res);
  s.stage(dataBuf).setScope(env.inpScope);
  s.stage(weightBuf).setScope(env.wgtScope);
  s.stage(gemm).setScope(accScope);
  return { s, data, weight, dataBuf, weightBuf, gemm, ko, ki, onAlu, res };
}

/** `x >> 8`, not below 0, not above the output's largest value. */
function limited(sums: te.Tensor): te.Tensor[] {
  const shifted = each(sums, "res_shr", (x) => x.shiftRight(8));
  const positive = each(shifted, "res_max", (x) => x.max(0));
  return [shifted, positive, each(positive, "res_min", (x) => x.min(INP_MAX))];
}

/** GEMM of 4 x 1 x 4 blocks, on one thread or two. */
export function smallGemm(threads: 1 | 2): Workload {
  const { s, data, weight, dataBuf, weightBuf, gemm, ko, ki, onAlu, res } = matrixProduct(
    4,
    1,
    4,
    true,
  );
  const stage = s.stage(gemm);
  onTheAlu(s, onAlu);
  if (threads === 1) byDma(s, res);
  else {
    const output = s.stage(res);
    const [outer, inner] = output.split(output.op.axis[0]!, { nparts: threads });
    output.bind(outer, te.threadAxis("cthread")).pragma(inner, dmaCopy);
    for (const tensor of [gemm, ...onAlu]) s.stage(tensor).computeAt(output, outer);
  }
  stage.reorder(ko, ...gemm.op.axis, ki).tensorize(gemm.op.axis[2]!, env.gemm);
  for (const tensor of [dataBuf, weightBuf]) s.stage(tensor).computeAt(stage, ko);
  byDma(s, dataBuf, weightBuf);
  return { schedule: s, args: [data, weight, res] };
}

/** The tutorial's 1 x 256 x 256 product. */
export function matrixMultiply(): Workload {
  const { s, data, weight, dataBuf, weightBuf, gemm, ko, ki, res } = matrixProduct(
    1,
    16,
    16,
    false,
  );
  const stage = s.stage(gemm);
  stage.reorder(ko, ...gemm.op.axis, ki).tensorize(gemm.op.axis[2]!, env.gemm);
  for (const tensor of [dataBuf, weightBuf]) s.stage(tensor).computeAt(stage, ko);
  byDma(s, dataBuf, weightBuf, res);
  return { schedule: s, args: [data, weight, res] };
}

/** The tutorial's 1 x 1024 x 1024 product in blocks of 256. */
export function matrixMultiplyOpt(): Workload {
  const product = matrixProduct(1, 64, 64, true);
  const { s, data, weight, dataBuf, weightBuf, gemm, ko, ki, onAlu, res } = product;
  const output = s.stage(res);
  const [b, oc] = output.op.axis as [Axis, Axis];
  const [bOut, bInn] = output.split(b, { factor: 1 });
  const [ocOut, ocInn] = output.split(oc, { factor: 256 / BLOCK_OUT });
  output.reorder(bOut, ocOut, bInn, ocInn);
  const stage = s.stage(gemm);
  for (const tensor of [gemm, ...onAlu]) s.stage(tensor).computeAt(output, ocOut);
  const [icOut, icInn] = stage.split(ko, { factor: 256 / BLOCK_IN });
  const [bo, co, bi, ci] = gemm.op.axis as [Axis, Axis, Axis, Axis];
  stage.reorder(icOut, bo, co, icInn, bi, ci, ki).tensorize(bi, env.gemm);
  for (const tensor of [dataBuf, weightBuf]) s.stage(tensor).computeAt(stage, icOut);
  byDma(s, dataBuf, weightBuf);
  onTheAlu(s, onAlu);
  output.pragma(ocInn, dmaCopy);
  return { schedule: s, args: [data, weight, res] };
}

/** The integration test's product: 128 x 128 x 128 blocks' worth of values, 128 at a time. */
export function blockedGemm(): Workload {
  const product = matrixProduct(128, 8, 8, true);
  const { s, data, weight, dataBuf, weightBuf, gemm, ko, ki, onAlu, res } = product;
  const output = s.stage(res);
  const [xbo, xco] = output.op.axis as [Axis, Axis];
  const [, xco1, xb2] = output.tile(xbo, xco, 128, 8);
  for (const tensor of [gemm, ...onAlu]) s.stage(tensor).computeAt(output, xco1);
  const stage = s.stage(gemm);
  const [ko1, ko2] = stage.split(ko, { factor: 8 });
  stage.reorder(ko1, ko2, ...gemm.op.axis, ki).tensorize(gemm.op.axis[2]!, env.gemm);
  for (const tensor of [dataBuf, weightBuf]) s.stage(tensor).computeAt(stage, ko1);
  byDma(s, dataBuf, weightBuf);
  onTheAlu(s, onAlu);
  output.pragma(xb2!, dmaCopy);
  return { schedule: s, args: [data, weight, res] };
}

/** The tutorial's 14 x 14 convolution of 256 to 256 channels, 3 x 3, on two threads. */
export function convolutionOpt(): Workload {
  const [size, channels, window] = [14, 256, 3];
  const data = te.placeholder([1, channels / BLOCK_IN, size, size, BATCH, BLOCK_IN], {
    name: "data",
    dtype: inpDtype,
  });
  const kernel = te.placeholder(
    [channels / BLOCK_OUT, channels / BLOCK_IN, window, window, BLOCK_OUT, BLOCK_IN],
    { name: "kernel", dtype: wgtDtype },
  );
  const dataBuf = topi.nn.pad(data, [0, 0, 1, 1, 0, 0], undefined, { name: "data_buf" });
  const kernelBuf = copyOf(kernel);
  const dy = te.reduceAxis([0, window], "dy");
  const dx = te.reduceAxis([0, window], "dx");
  const ic = te.reduceAxis([0, channels / BLOCK_IN], "ic");
  const icTns = te.reduceAxis([0, BLOCK_IN], "ic_tns");
  const conv = te.compute(
    [1, channels / BLOCK_OUT, size, size, BATCH, BLOCK_OUT],
    (bo, co, i, j, bi, ci) => {
      const value = dataBuf(bo!, ic, i!.add(dy), j!.add(dx), bi!, icTns).astype(accDtype);
      const weight = kernelBuf(co!, ic, dy, dx, ci!, icTns).astype(accDtype);
      return te.sum(value.mul(weight), [ic, dy, dx, icTns]);
    },
    "res_conv",
  );
  const onAlu = limited(conv);
  const res = stored(onAlu.at(-1)!);
  const s = te.createSchedule(res);
  const output = s.stage(res);
  const [b, oc, y, x, bTns, ocTns] = output.op.axis as [Axis, Axis, Axis, Axis, Axis, Axis];
  const [bOut, bInn] = output.split(b, { factor: 1 });
  const [ocOut, ocInn] = output.split(oc, { factor: 128 / BLOCK_OUT });
  const [yOut, yInn] = output.split(y, { factor: 7 });
  const [xOut, xInn] = output.split(x, { factor: 14 });
  output.reorder(bOut, ocOut, yOut, xOut, bInn, ocInn, yInn, xInn, bTns, ocTns);
  for (const tensor of [conv, ...onAlu]) s.stage(tensor).computeAt(output, xOut);
  const stage = s.stage(conv);
  const [cb, coc, cy, cx, cbTns, cocTns] = conv.op.axis as [Axis, Axis, Axis, Axis, Axis, Axis];
  const [icOut, icInn] = stage.split(ic, { factor: 1 });
  stage.reorder(icOut, cb, coc, cy, icInn, dy, dx, cx, cbTns, cocTns, icTns);
  const [, thread] = output.split(ocOut, { factor: 2 });
  output.reorder(thread, bOut).bind(thread, te.threadAxis("cthread"));
  s.stage(dataBuf).setScope(env.inpScope);
  s.stage(kernelBuf).setScope(env.wgtScope);
  stage.setScope(accScope).tensorize(cbTns, env.gemm);
  for (const tensor of [dataBuf, kernelBuf]) s.stage(tensor).computeAt(stage, icOut);
  byDma(s, dataBuf, kernelBuf);
  onTheAlu(s, onAlu);
  output.pragma(output.op.axis[4]!, dmaCopy);
  return { schedule: s, args: [data, kernel, res] };
}
