/**
 * Marks where integers become 8 bits wide: after a convolution and its elementwise operators,
 * before the next convolution or a residual addition. Fusion stops there.
 */

import { Func, isConstant, type Call, type Expr } from "../relay-expr";
import { castHint, stopFusion } from "../passes/shorthand";
import type { RelayPass } from "../passes/relay-pass";
import { INPUT_DTYPE } from "./config";
import {
  forwardRewrite,
  realized,
  Temporary,
  type Result,
  type ForwardRewrite,
} from "./forward-rewrite";

/** A convolution's result that is not narrowed yet. */
class Wide extends Temporary {
  constructor(readonly expr: Expr) {
    super();
  }
  realize(): Expr {
    return stopFusion(castHint(this.expr, INPUT_DTYPE));
  }
}

const plain = (result: Result): Expr => (result instanceof Wide ? result.expr : realized(result));

const convolution: ForwardRewrite = (call, [data, kernel]) =>
  new Wide(call.withArgs([realized(data!), realized(kernel!)]));

const identity: ForwardRewrite = (call, [x]) =>
  x instanceof Wide ? new Wide(call.withArgs([x.expr])) : undefined;

const add: ForwardRewrite = (call, [left, right]) => {
  if (right instanceof Wide) {
    const sum = call.withArgs([realized(left!), right.realize()]);
    return left instanceof Wide ? new Wide(sum) : sum;
  }
  if (!(left instanceof Wide)) return undefined;
  const other = realized(right!);
  if (isConstant(other)) return new Wide(call.withArgs([left.expr, other]));
  return call.withArgs([left.realize(), other]);
};

const multiply: ForwardRewrite = (call, [left, right]) =>
  left instanceof Wide ? new Wide(call.withArgs([left.realize(), plain(right!)])) : undefined;

const globalPool: ForwardRewrite = (call: Call, [x]) =>
  call.withArgs([x instanceof Wide ? x.realize() : new Wide(realized(x!)).realize()]);

export const quantizePartition: RelayPass = {
  name: "QuantizePartition",
  doc: "marks where values become 8 bits wide, and stops fusion there",
  run: (func: Func) =>
    forwardRewrite(func, {
      "nn.conv2d": convolution,
      clip: identity,
      "nn.relu": identity,
      "nn.max_pool2d": identity,
      add,
      multiply,
      "nn.global_avg_pool2d": globalPool,
    }),
};
