/** Calls of operators and external functions. */

import { builtin } from "./builtin";
import { toExpr } from "./constants";
import { canonicalDType } from "./dtype";
import { Call, type PrimExpr } from "./expr";
import { Op } from "./op";
import type { ExprLike } from "./operand";
/** The bits of a value as another type. */
export function reinterpret(dtype: string, operand: ExprLike): PrimExpr {
  const type = canonicalDType(dtype);
  const value = toExpr(operand);
  return value.dtype === type ? value : new Call(type, builtin.reinterpret, [value]);
}

/** A call of `op` whose result has type `dtype`. */
export function callIntrin(
  dtype: string,
  op: Op,
  ...args: readonly (ExprLike | string)[]
): PrimExpr {
  return new Call(canonicalDType(dtype), op, args.map(toExpr));
}

/** A call of a C function with any side effects. */
export function callExtern(
  dtype: string,
  name: string,
  ...args: readonly (ExprLike | string)[]
): PrimExpr {
  return callIntrin(dtype, builtin.callExtern, name, ...args);
}

/** A call of a C function without side effects. */
export function callPureExtern(
  dtype: string,
  name: string,
  ...args: readonly (ExprLike | string)[]
): PrimExpr {
  return callIntrin(dtype, builtin.callPureExtern, name, ...args);
}
