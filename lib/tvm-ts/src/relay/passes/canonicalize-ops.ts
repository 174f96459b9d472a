/**
 * A bias becomes an addition that broadcasts:
 *
 *     nn.bias_add(data, bias)   =>   add(data, expand_dims(bias, axis=1, num_newaxis=2))
 */

import type { Expr } from "../relay-expr";
import { tensorType } from "../type";
import { isCallOf, rewriteBody } from "../visit";
import { add, axisFromFront } from "./shorthand";
import type { RelayPass } from "./relay-pass";
import { expandToAxis } from "./simplify-inference";

export const canonicalizeOps: RelayPass = {
  name: "CanonicalizeOps",
  doc: "writes bias_add as an addition",
  run: (func) =>
    rewriteBody(func, (_, rebuilt) => {
      if (!isCallOf(rebuilt, "nn.bias_add")) return rebuilt;
      const [data, bias] = rebuilt.args as [Expr, Expr];
      const rank = tensorType(data.type, "data").shape.length;
      const axis = axisFromFront("nn.bias_add", rebuilt.attrs["axis"] as number, rank);
      return add(data, expandToAxis(bias, rank, axis));
    }),
};
