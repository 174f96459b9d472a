/**
 * Convolutions of packed tensors: images in blocks of batch and channels, weights in blocks of output and
 * input channels, so that the innermost two dimensions are the block of one GEMM.
 */

import { te, topi, type tir } from "tvm-ts";
import { getEnv } from "../compiler";
import { assertWorkload, lengths, noteWorkload, pair, tensorArgument, type Pair } from "./workload";

export interface Conv2DOptions {
  /** Steps of the window in height and width; 1 if left out. */
  readonly strides?: Pair;
  /** Zeros around height and width; none if left out. */
  readonly padding?: Pair;
  /** The type of the sums; `accDtype` of the environment in force if left out. */
  readonly outDtype?: string;
}

export interface GroupConv2DOptions extends Conv2DOptions {
  /** The number of independent convolutions, each of an equal share of the channels. */
  readonly groups: number;
}

/** Tags by which schedules recognize the convolutions. */
export const CONV2D_TAG = "conv2d_dense";
export const GROUP_CONV2D_TAG = "packed_group_conv2d";

const DATA_LAYOUT = "NCHW{BATCH}n{BLOCK_IN}c";
const KERNEL_LAYOUT = "OIHW{BLOCK_OUT}o{BLOCK_IN}i";

/**
 * The convolution of `data` `[n, c, h, w, BATCH, BLOCK_IN]` with `kernel`
 * `[o, c, kh, kw, BLOCK_OUT, BLOCK_IN]`: `[n, o, oh, ow, BATCH, BLOCK_OUT]`.
 * @throws UsageError when the shapes do not fit together.
 */
export function conv2dPacked(
  data: te.Tensor,
  kernel: te.Tensor,
  options: Conv2DOptions = {},
): te.Tensor {
  return convolution("conv2dPacked", CONV2D_TAG, data, kernel, { ...options, groups: 1 });
}

/**
 * As `conv2dPacked`, but the channels are divided into `groups`, and the outputs of a group are computed from
 * its inputs only: `kernel` is `[o, c / groups, kh, kw, BLOCK_OUT, BLOCK_IN]`.
 * @throws UsageError when the shapes do not fit together.
 */
export function groupConv2dPacked(
  data: te.Tensor,
  kernel: te.Tensor,
  options: GroupConv2DOptions,
): te.Tensor {
  return convolution("groupConv2dPacked", GROUP_CONV2D_TAG, data, kernel, options);
}

function convolution(
  operator: string,
  tag: string,
  data: te.Tensor,
  kernel: te.Tensor,
  { strides = 1, padding = 0, outDtype = getEnv().accDtype, groups }: GroupConv2DOptions,
): te.Tensor {
  const dataShape = lengths(operator, data, 6, DATA_LAYOUT);
  const kernelShape = lengths(operator, kernel, 6, KERNEL_LAYOUT);
  const [n, channels, height, width, batch, block] = dataShape;
  const [outputs, inputs, kh, kw, outBlock, inBlock] = kernelShape;
  const [strideH, strideW] = pair(operator, "strides", strides, 1);
  const [padH, padW] = pair(operator, "padding", padding, 0);
  assertWorkload(
    operator,
    block === inBlock,
    `blocks have ${block} channels in data, ${inBlock} in kernel`,
  );
  assertWorkload(
    operator,
    Number.isInteger(groups) && groups >= 1 && groups * inputs! === channels,
    `the kernel reads ${inputs} blocks of channels for each of ${groups} groups, of ${channels}`,
  );
  assertWorkload(
    operator,
    outputs! % groups === 0,
    `${outputs} blocks of output channels cannot be shared between ${groups} groups`,
  );
  const outHeight = Math.floor((height! + 2 * padH - kh!) / strideH) + 1;
  const outWidth = Math.floor((width! + 2 * padW - kw!) / strideW) + 1;
  assertWorkload(
    operator,
    outHeight >= 1 && outWidth >= 1,
    `the ${kh}x${kw} kernel is larger than the padded ${height! + 2 * padH}x${width! + 2 * padW} image`,
  );

  const padded =
    padH + padW > 0
      ? topi.nn.pad(data, [0, 0, padH, padW, 0, 0], undefined, { name: "pad_data" })
      : data;
  const di = te.reduceAxis([0, kh!], "d_i");
  const dj = te.reduceAxis([0, kw!], "d_j");
  const ko = te.reduceAxis([0, inputs!], "k_o");
  const ki = te.reduceAxis([0, inBlock!], "k_i");
  // The first block of input channels of an output's group.
  const firstInputBlock = (output: tir.Var): tir.PrimExpr =>
    output
      .floorDiv(outputs! / groups)
      .mul(inputs!)
      .add(ko);
  const result = te.compute(
    [n!, outputs!, outHeight, outWidth, batch!, outBlock!],
    (...axes) => {
      const [b, c, i, j, bi, ci] = axes as [tir.Var, tir.Var, tir.Var, tir.Var, tir.Var, tir.Var];
      const channel = tag === CONV2D_TAG ? ko : firstInputBlock(c);
      const value = padded(b, channel, i.mul(strideH).add(di), j.mul(strideW).add(dj), bi, ki);
      const weight = kernel(c, ko, di, dj, ci, ki);
      return te.sum(value.astype(outDtype).mul(weight.astype(outDtype)), [ko, di, dj, ki]);
    },
    { name: "res", tag, varargsNames: ["b_o", "c_o", "i", "j", "b_i", "c_i"] },
  );
  const isPlain = tag === CONV2D_TAG;
  return noteWorkload(result, isPlain ? "conv2d_packed.vta" : "group_conv2d_packed.vta", [
    tensorArgument(dataShape, data),
    tensorArgument(kernelShape, kernel),
    [strideH, strideW],
    [padH, padW, padH, padW],
    [1, 1],
    ...(isPlain ? [`NCHW${batch}n${block}c`] : [groups]),
    outDtype,
  ]);
}
