/** The side effects of evaluating an expression. */

import type { PrimExpr } from "./expr";
import { Feature, hasFeature } from "./features";
import { CallEffect } from "./op";
import { someNode } from "./walk";

/**
 * The most severe effect in the expression, from `Pure` to `UpdateState`: loads read state, and calls
 * have the effect of their operator.
 */
export function sideEffect(expr: PrimExpr): CallEffect {
  if (!hasFeature(expr, Feature.LoadOrCall)) return CallEffect.Pure;
  let effect = CallEffect.Pure;
  someNode(expr, (node) => {
    if (node.kind === "BufferLoad") effect = Math.max(effect, CallEffect.ReadState);
    if (node.kind === "Call") effect = Math.max(effect, node.op.effect);
    return effect >= CallEffect.UpdateState;
  });
  return Math.min(effect, CallEffect.UpdateState);
}
