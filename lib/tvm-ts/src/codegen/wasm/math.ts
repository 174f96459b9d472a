/**
 * Floating-point functions.
 *
 * WebAssembly instructions where they exist; otherwise the host's `Math` functions, which engines
 * take from fdlibm (within 1 ulp of the exact double, see docs/numerics.md), and a few functions of
 * the runtime. Singles and halves are computed as doubles and rounded once.
 */

import { builtin, type Op } from "../../ir";
import { IMPORTS } from "../../artifact";
import type { Ref } from "./binaryen";
import type { ModuleContext } from "./module-context";

type Doubles = (module: ModuleContext, ...args: Ref[]) => Ref;

/** A function of the host on doubles, by its name among the imports. */
function host(name: string, count = 1): Doubles {
  return (module, ...args) => {
    const { f64 } = module.b;
    const types = Array.from({ length: count }, () => f64);
    return module.m.call(module.importFunction(IMPORTS.math, name, types, f64), args, f64);
  };
}

const exp = host("exp");
const pow = host("pow", 2);

/** Functions of doubles, by operator. */
export const DOUBLE_FUNCTIONS: ReadonlyMap<Op, Doubles> = new Map<Op, Doubles>([
  [builtin.exp, exp],
  [builtin.exp2, (module, x) => pow(module, module.m.f64.const(2), x)],
  [builtin.exp10, (module, x) => pow(module, module.m.f64.const(10), x)],
  [builtin.erf, host("erf")],
  [builtin.tanh, host("tanh")],
  [
    builtin.sigmoid,
    (module, x) => {
      const { f64 } = module.m;
      return f64.div(f64.const(1), f64.add(f64.const(1), exp(module, f64.neg(x))));
    },
  ],
  [builtin.rsqrt, ({ m }, x) => m.f64.div(m.f64.const(1), m.f64.sqrt(x))],
  [builtin.log, host("log")],
  [builtin.log2, host("log2")],
  [builtin.log10, host("log10")],
  [builtin.log1p, host("log1p")],
  [builtin.tan, host("tan")],
  [builtin.cos, host("cos")],
  [builtin.cosh, host("cosh")],
  [builtin.sin, host("sin")],
  [builtin.sinh, host("sinh")],
  [builtin.asin, host("asin")],
  [builtin.acos, host("acos")],
  [builtin.atan, host("atan")],
  [builtin.asinh, host("asinh")],
  [builtin.acosh, host("acosh")],
  [builtin.atanh, host("atanh")],
  [builtin.pow, pow],
  [builtin.fmod, host("fmod", 2)],
  [builtin.atan2, host("atan2", 2)],
  [builtin.hypot, host("hypot", 2)],
  // For singles the product is exact in doubles (48 bits); the sum is rounded twice.
  [builtin.fma, ({ m }, x, y, z) => m.f64.add(m.f64.mul(x!, y!), z!)],
]);

/** Operators that are instructions on `f32` and `f64` alike, and on their vectors. */
export const FLOAT_INSTRUCTIONS: ReadonlyMap<
  Op,
  "abs" | "floor" | "ceil" | "trunc" | "nearest" | "sqrt"
> = new Map<Op, "abs" | "floor" | "ceil" | "trunc" | "nearest" | "sqrt">([
  [builtin.fabs, "abs"],
  [builtin.floor, "floor"],
  [builtin.ceil, "ceil"],
  [builtin.trunc, "trunc"],
  [builtin.round, "nearest"],
  [builtin.nearbyint, "nearest"],
  [builtin.sqrt, "sqrt"],
]);
