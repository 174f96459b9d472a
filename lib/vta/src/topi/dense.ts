/** Fully connected layers of packed tensors. */

import { te, type tir } from "tvm-ts";
import { getEnv } from "../compiler";
import { assertWorkload, lengths, noteWorkload, tensorArgument } from "./workload";

export interface DenseOptions {
  /** The type of the sums; `accDtype` of the environment in force if left out. */
  readonly outDtype?: string;
}

/** The tag by which the schedule recognizes the layer. */
export const DENSE_TAG = "dense_pack";

const OPERATOR = "densePacked";

/**
 * `data` `[n, c, BATCH, BLOCK_IN]` times the transposed `weight` `[o, c, BLOCK_OUT, BLOCK_IN]`:
 * `[n, o, BATCH, BLOCK_OUT]`.
 * @throws UsageError when the shapes do not fit together.
 */
export function densePacked(
  data: te.Tensor,
  weight: te.Tensor,
  { outDtype = getEnv().accDtype }: DenseOptions = {},
): te.Tensor {
  const dataShape = lengths(OPERATOR, data, 4, "NC{BATCH}n{BLOCK_IN}c");
  const weightShape = lengths(OPERATOR, weight, 4, "OI{BLOCK_OUT}o{BLOCK_IN}i");
  const [n, channels, batch, block] = dataShape;
  const [outputs, inputs, outBlock, inBlock] = weightShape;
  assertWorkload(
    OPERATOR,
    channels === inputs && block === inBlock,
    `data has ${channels} blocks of ${block} channels, the weights ${inputs} of ${inBlock}`,
  );
  const ko = te.reduceAxis([0, channels!], "k_o");
  const ki = te.reduceAxis([0, block!], "k_i");
  const result = te.compute(
    [n!, outputs!, batch!, outBlock!],
    (...axes) => {
      const [b, c, bi, ci] = axes as [tir.Var, tir.Var, tir.Var, tir.Var];
      const value = data(b, ko, bi, ki).astype(outDtype);
      return te.sum(value.mul(weight(c, ko, ci, ki).astype(outDtype)), [ko, ki]);
    },
    { name: "res", tag: DENSE_TAG, varargsNames: ["b_o", "c_o", "b_i", "c_i"] },
  );
  const args = [tensorArgument(dataShape, data), tensorArgument(weightShape, weight)];
  return noteWorkload(result, "dense_packed.vta", [...args, null, outDtype]);
}
