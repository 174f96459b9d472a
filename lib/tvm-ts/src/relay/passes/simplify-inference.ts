/**
 * Replaces normalization with constant statistics by a multiplication and an addition:
 *
 *     nn.batch_norm(data, gamma, beta, mean, var).0   =>   add(multiply(data, scale), shift)
 */

import type { Call, Expr } from "../relay-expr";
import { constant } from "../relay-expr";
import type { Op } from "../relay-op";
import { axisFromFront, call, ops } from "./shorthand";
import { tensorType } from "../type";
import { isCallOf, rewriteBody } from "../visit";
import type { RelayPass } from "./relay-pass";

export const simplifyInference: RelayPass = {
  name: "SimplifyInference",
  doc: "replaces operators that only training needs by their inference form",
  run: (func) =>
    rewriteBody(func, (_, rebuilt) => {
      if (rebuilt.kind !== "tuple_get_item" || rebuilt.index !== 0) return rebuilt;
      const { tuple } = rebuilt;
      if (isCallOf(tuple, "nn.batch_norm")) return unpackedBatchNorm(tuple);
      return rebuilt;
    }),
};

function unpackedBatchNorm(norm: Call): Expr {
  const [data, gamma, beta, mean, variance] = norm.args as [Expr, Expr, Expr, Expr, Expr];
  const { shape, dtype } = tensorType(data.type, "the data of batch_norm");
  const axis = axisFromFront("nn.batch_norm", norm.attrs["axis"] as number, shape.length);
  const { origin } = norm;
  const make = (op: Op, ...args: Expr[]): Expr => call(op, args, {}, origin);
  const deviation = make(
    ops.sqrt,
    make(ops.add, variance, constant(norm.attrs["epsilon"] as number, dtype)),
  );
  let scale = make(ops.divide, constant(1, dtype), deviation);
  if (norm.attrs["scale"] === true) scale = make(ops.multiply, scale, gamma);
  let shift = make(ops.multiply, make(ops.negative, mean), scale);
  if (norm.attrs["center"] === true) shift = make(ops.add, shift, beta);
  const product = make(ops.multiply, data, expandToAxis(scale, shape.length, axis));
  return make(ops.add, product, expandToAxis(shift, shape.length, axis));
}

/** Appends dimensions of length 1 to a vector, so that it broadcasts along `axis`. */
export function expandToAxis(vector: Expr, rank: number, axis: number): Expr {
  const ones = rank - axis - 1;
  return ones === 0 ? vector : call(ops.expandDims, [vector], { axis: 1, num_newaxis: ones });
}
