/**
 * Converts selections whose branches must not both be evaluated to conditional expressions.
 *
 *     select((i < n), A[i], 0f32)  =>  @tir.if_then_else((i < n), A[i], 0f32)
 */

import {
  Feature,
  hasFeature,
  builtin,
  Call,
  CallEffect,
  forEachChild,
  mutate,
  type PrimExpr,
} from "../ir";
import type { FunctionPass } from "../pass";

export const rewriteUnsafeSelect: FunctionPass = {
  name: "tir.RewriteUnsafeSelect",
  doc: "Converts selections whose branches must not both be evaluated to conditional expressions.",
  run(func) {
    if (!hasFeature(func.body, Feature.Select)) return func;
    const body = mutate(func.body, {
      Select(node, recur) {
        const select = recur.children(node);
        const { condition, trueValue, falseValue, span } = select;
        if (condition.dtype !== "bool") return select;
        if (!isUnsafe(trueValue) && !isUnsafe(falseValue)) return select;
        return new Call(select.dtype, builtin.ifThenElse, [condition, trueValue, falseValue], span);
      },
    });
    return func.with({ body });
  },
};

/** Whether evaluating the expression needlessly could fail or have an effect: it loads or calls. */
function isUnsafe(expr: PrimExpr): boolean {
  switch (expr.kind) {
    case "BufferLoad":
      return true;
    case "Select":
      return isUnsafe(expr.condition);
    case "Ramp":
      return isUnsafe(expr.base) && isUnsafe(expr.stride);
    case "Call":
      return isUnsafeCall(expr);
    default:
      return anyChild(expr);
  }
}

function isUnsafeCall(call: Call): boolean {
  if (call.op === builtin.ifThenElse) return isUnsafe(call.args[0]!);
  const [first] = call.args;
  if (call.op === builtin.addressOf && first?.kind === "BufferLoad") {
    return first.indices.some(isUnsafe);
  }
  return call.op.effect > CallEffect.Pure || call.args.some(isUnsafe);
}

function anyChild(expr: PrimExpr): boolean {
  let unsafe = false;
  forEachChild(expr, (child) => {
    unsafe ||= isUnsafe(child as PrimExpr);
  });
  return unsafe;
}
