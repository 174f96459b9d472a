/**
 * Transposed convolution of packed tensors: zeros are inserted between the image's pixels, and the result is
 * convolved. (The zeros are multiplied too, as in the reference.)
 */

import { te, topi, type tir } from "tvm-ts";
import { getEnv } from "../compiler";
import { assertWorkload, lengths, noteWorkload, pair, tensorArgument, type Pair } from "./workload";

export interface Conv2DTransposeOptions {
  /** The distance of the pixels in height and width; 1 if left out. */
  readonly strides?: Pair;
  /** The padding of the corresponding convolution in height and width; none if left out. */
  readonly padding?: Pair;
  /** The type of the sums; `accDtype` of the environment in force if left out. */
  readonly outDtype?: string;
}

/** The tag by which the schedule recognizes the convolution. */
export const CONV2D_TRANSPOSE_TAG = "packed_conv2d_transpose";

const OPERATOR = "conv2dTransposePacked";

/**
 * The transposed convolution of `data` `[n, c, h, w, BATCH, BLOCK_IN]`: the result has
 * `(h - 1) * stride - 2 * padding + kh` rows, and columns likewise, as
 * `[n, o, oh, ow, BATCH, BLOCK_OUT]`.
 * @param kernel `[o, c, kh, kw, BLOCK_OUT, BLOCK_IN]`, its rows and columns in reverse order: tap
 *   `[kh - 1, kw - 1]` of the convolution that is transposed comes first
 * @throws UsageError when the shapes do not fit together.
 */
export function conv2dTransposePacked(
  data: te.Tensor,
  kernel: te.Tensor,
  { strides = 1, padding = 0, outDtype = getEnv().accDtype }: Conv2DTransposeOptions = {},
): te.Tensor {
  const dataShape = lengths(OPERATOR, data, 6, "NCHW{BATCH}n{BLOCK_IN}c");
  const kernelShape = lengths(OPERATOR, kernel, 6, "OIHW{BLOCK_OUT}o{BLOCK_IN}i");
  const [n, channels, height, width, batch, block] = dataShape;
  const [outputs, inputs, kh, kw, outBlock, inBlock] = kernelShape;
  const [strideH, strideW] = pair(OPERATOR, "strides", strides, 1);
  const [padH, padW] = pair(OPERATOR, "padding", padding, 0);
  assertWorkload(
    OPERATOR,
    channels === inputs && block === inBlock,
    `data has ${channels} blocks of ${block} channels, the kernel ${inputs} of ${inBlock}`,
  );
  const [aroundH, aroundW] = [kh! - 1 - padH, kw! - 1 - padW];
  assertWorkload(
    OPERATOR,
    aroundH >= 0 && aroundW >= 0,
    `a padding of ${padH}x${padW} is larger than the ${kh}x${kw} kernel leaves room for`,
  );
  const outHeight = (height! - 1) * strideH - 2 * padH + kh!;
  const outWidth = (width! - 1) * strideW - 2 * padW + kw!;
  assertWorkload(
    OPERATOR,
    outHeight >= 1 && outWidth >= 1,
    `nothing is left of a ${height}x${width} image with a padding of ${padH}x${padW}`,
  );

  const spread = topi.nn.dilate(data, [1, 1, strideH, strideW, 1, 1]);
  const padded = topi.nn.pad(spread, [0, 0, aroundH, aroundW, 0, 0]);
  const dc = te.reduceAxis([0, channels!], "d_c");
  const dh = te.reduceAxis([0, kh!], "d_h");
  const dw = te.reduceAxis([0, kw!], "d_w");
  const dci = te.reduceAxis([0, inBlock!], "d_ci");
  const result = te.compute(
    [n!, outputs!, outHeight, outWidth, batch!, outBlock!],
    (...axes) => {
      const [b, c, i, j, bi, ci] = axes as [tir.Var, tir.Var, tir.Var, tir.Var, tir.Var, tir.Var];
      const value = padded(b, dc, i.add(dh), j.add(dw), bi, dci);
      const weight = kernel(c, dc, dh, dw, ci, dci);
      return te.sum(value.astype(outDtype).mul(weight.astype(outDtype)), [dc, dh, dw, dci]);
    },
    {
      name: "res",
      tag: CONV2D_TRANSPOSE_TAG,
      varargsNames: ["i_n", "i_c", "i_h", "i_w", "j_n", "j_c"],
    },
  );
  return noteWorkload(result, "conv2d_transpose_packed.vta", [
    tensorArgument(dataShape, data),
    tensorArgument(kernelShape, kernel),
    [strideH, strideW],
    [padH, padW, padH, padW],
    outDtype,
    [0, 0],
  ]);
}
