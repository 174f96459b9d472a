/** Arithmetic on scalars of each type, with the reference's semantics. */

import type { BinaryExpr, CompareExpr, DataType } from "../../ir";
import type { Ref } from "./binaryen";
import type { FunctionContext } from "./function-context";
import { halfToSingle, singleToHalf } from "./helpers";
import { representationOf, type Representation } from "./representation";

/** A value that is used more than once: stored in a local first. */
interface Held {
  readonly set: Ref;
  readonly get: () => Ref;
}

export class ArithmeticEmitter {
  constructor(private readonly fn: FunctionContext) {}

  private get m() {
    return this.fn.module.m;
  }

  /** `divisor` is the value of `b` when that is a constant. */
  binary(kind: BinaryExpr["kind"], dtype: DataType, a: Ref, b: Ref, divisor?: number): Ref {
    const type = representationOf(dtype);
    if (type.float) return this.floatBinary(kind, type, a, b);
    const { m } = this;
    const ops = type.wasm === "i64" ? m.i64 : m.i32;
    if (type.bool && kind === "Add") return m.i32.or(a, b);
    switch (kind) {
      case "Add":
        return this.wrap(type, ops.add(a, b));
      case "Sub":
        return this.wrap(type, ops.sub(a, b));
      case "Mul":
        return this.wrap(type, ops.mul(a, b));
      case "Div":
        return this.wrap(type, type.signed ? ops.div_s(a, b) : ops.div_u(a, b));
      case "Mod":
        return type.signed ? ops.rem_s(a, b) : ops.rem_u(a, b);
      case "FloorDiv":
        return type.signed ? this.floorDiv(type, a, b, divisor) : ops.div_u(a, b);
      case "FloorMod":
        return type.signed ? this.floorMod(type, a, b, divisor) : ops.rem_u(a, b);
      case "Min":
      case "Max": {
        const x = this.hold(type, a);
        const y = this.hold(type, b);
        const test = this.compare(kind === "Min" ? "LT" : "GT", dtype, x.get(), y.get());
        return this.sequence([x, y], m.select(test, x.get(), y.get()), type);
      }
    }
  }

  compare(kind: CompareExpr["kind"], dtype: DataType, a: Ref, b: Ref): Ref {
    const { m } = this;
    const type = representationOf(dtype);
    if (type.float) {
      const ops = type.wasm === "f64" ? m.f64 : m.f32;
      return ops[FLOAT_COMPARE[kind]](a, b);
    }
    const ops = type.wasm === "i64" ? m.i64 : m.i32;
    if (kind === "EQ") return ops.eq(a, b);
    if (kind === "NE") return ops.ne(a, b);
    return ops[`${FLOAT_COMPARE[kind]}_${type.signed ? "s" : "u"}`](a, b);
  }

  /** Converts a scalar as C does; floats out of an integer's range saturate at 32 or 64 bits. */
  cast(from: DataType, to: DataType, value: Ref): Ref {
    const { m } = this;
    const source = representationOf(from);
    const target = representationOf(to);
    if (target.bool) return this.isNonZero(source, value);
    if (source.float && target.float) {
      const same = source.wasm === target.wasm;
      const converted = same
        ? value
        : target.wasm === "f64"
          ? m.f64.promote(value)
          : m.f32.demote(value);
      return target.half && !source.half ? this.roundToHalf(converted) : converted;
    }
    if (source.float) return this.floatToInteger(source, target, value);
    if (target.float) return this.integerToFloat(source, target, value);
    let converted = value;
    if (source.wasm === "i32" && target.wasm === "i64") {
      // Masked rather than extended with zeros: binaryen 132 would make `extend_u` of a load a load
      // that extends the sign.
      converted = m.i64.extend_s(value);
      if (!source.signed) converted = m.i64.and(converted, m.i64.const(0xffffffffn));
    } else if (source.wasm === "i64" && target.wasm === "i32") {
      converted = m.i32.wrap(value);
    }
    const fits = source.bits < target.bits && (!source.signed || target.signed);
    return fits ? converted : this.wrap(target, converted);
  }

  /** Wraps an `i32` or `i64` to the range of a narrower type. */
  wrap(type: Representation, value: Ref): Ref {
    const { m } = this;
    if (type.bits >= 32) return value;
    if (!type.signed) return m.i32.and(value, m.i32.const(2 ** type.bits - 1));
    return type.bits === 8 ? m.i32.extend8_s(value) : m.i32.extend16_s(value);
  }

  /** An `f32` rounded to the nearest half. */
  roundToHalf(value: Ref): Ref {
    const { module } = this.fn;
    return halfToSingle(module, singleToHalf(module, value));
  }

  isNonZero(type: Representation, value: Ref): Ref {
    const { m } = this;
    switch (type.wasm) {
      case "i32":
        return type.bool ? value : m.i32.ne(value, m.i32.const(0));
      case "i64":
        return m.i64.ne(value, m.i64.const(0n));
      case "f32":
        return m.f32.ne(value, m.f32.const(0));
      case "f64":
        return m.f64.ne(value, m.f64.const(0));
    }
  }

  private floatBinary(kind: BinaryExpr["kind"], type: Representation, a: Ref, b: Ref): Ref {
    const { m } = this;
    const ops = type.wasm === "f64" ? m.f64 : m.f32;
    const rounded = (value: Ref): Ref => (type.half ? this.roundToHalf(value) : value);
    switch (kind) {
      case "Add":
        return rounded(ops.add(a, b));
      case "Sub":
        return rounded(ops.sub(a, b));
      case "Mul":
        return rounded(ops.mul(a, b));
      case "Div":
        return rounded(ops.div(a, b));
      case "FloorDiv":
        return rounded(ops.floor(ops.div(a, b)));
      case "Min":
      case "Max": {
        // The first operand only if it is smaller (or larger): with NaN, the second.
        const x = this.hold(type, a);
        const y = this.hold(type, b);
        const test = kind === "Min" ? ops.lt(x.get(), y.get()) : ops.gt(x.get(), y.get());
        return this.sequence([x, y], m.select(test, x.get(), y.get()), type);
      }
      case "Mod":
      case "FloorMod": {
        const x = this.hold(type, a);
        const y = this.hold(type, b);
        const quotient = ops.div(x.get(), y.get());
        const whole = kind === "Mod" ? ops.trunc(quotient) : ops.floor(quotient);
        const rest = ops.sub(x.get(), ops.mul(whole, y.get()));
        return this.sequence([x, y], rounded(rest), type);
      }
    }
  }

  private floorDiv(type: Representation, a: Ref, b: Ref, divisor: number | undefined): Ref {
    const { m } = this;
    const ops = type.wasm === "i64" ? m.i64 : m.i32;
    const shift = divisor === undefined ? NaN : Math.log2(divisor);
    if (Number.isInteger(shift)) return ops.shr_s(a, this.number(type, shift));
    const x = this.hold(type, a);
    const y = this.hold(type, b);
    const quotient = this.hold(type, ops.div_s(x.get(), y.get()));
    const rest = this.hold(type, ops.sub(x.get(), ops.mul(quotient.get(), y.get())));
    const less = this.asInteger(type, this.signsDiffer(type, rest, y));
    const result = this.wrap(type, ops.sub(quotient.get(), less));
    return this.sequence([x, y, quotient, rest], result, type);
  }

  private floorMod(type: Representation, a: Ref, b: Ref, divisor: number | undefined): Ref {
    const { m } = this;
    const ops = type.wasm === "i64" ? m.i64 : m.i32;
    if (divisor !== undefined && Number.isInteger(Math.log2(divisor))) {
      return ops.and(a, this.number(type, divisor - 1));
    }
    const x = this.hold(type, a);
    const y = this.hold(type, b);
    const rest = this.hold(type, ops.rem_s(x.get(), y.get()));
    const more = m.select(this.signsDiffer(type, rest, y), y.get(), this.number(type, 0));
    return this.sequence([x, y, rest], ops.add(rest.get(), more), type);
  }

  /** Whether a remainder is not 0 and its sign differs from the divisor's. */
  private signsDiffer(type: Representation, rest: Held, divisor: Held): Ref {
    const ops = type.wasm === "i64" ? this.m.i64 : this.m.i32;
    return this.m.i32.and(
      ops.ne(rest.get(), this.number(type, 0)),
      ops.lt_s(ops.xor(rest.get(), divisor.get()), this.number(type, 0)),
    );
  }

  private floatToInteger(source: Representation, target: Representation, value: Ref): Ref {
    const { m } = this;
    const from = source.wasm === "f64" ? "f64" : "f32";
    if (target.wasm === "i64") {
      return m.i64[target.signed ? `trunc_s_sat` : `trunc_u_sat`][from](value);
    }
    // An unsigned 32-bit value needs more than a signed one has.
    if (target.bits === 32 && !target.signed) {
      return m.i32.wrap(m.i64.trunc_s_sat[from](value));
    }
    return this.wrap(target, m.i32.trunc_s_sat[from](value));
  }

  private integerToFloat(source: Representation, target: Representation, value: Ref): Ref {
    const { m } = this;
    const ops = target.wasm === "f64" ? m.f64 : m.f32;
    const converted =
      ops[source.signed ? "convert_s" : "convert_u"][source.wasm as "i32" | "i64"](value);
    return target.half ? this.roundToHalf(converted) : converted;
  }

  private number(type: Representation, value: number): Ref {
    return type.wasm === "i64" ? this.m.i64.const(BigInt(value)) : this.m.i32.const(value);
  }

  private asInteger(type: Representation, flag: Ref): Ref {
    return type.wasm === "i64" ? this.m.i64.extend_u(flag) : flag;
  }

  private hold(type: Representation, value: Ref): Held {
    const local = this.fn.newLocal(this.fn.module.b[type.wasm]);
    return { set: this.fn.set(local, value), get: () => this.fn.get(local) };
  }

  private sequence(held: readonly Held[], result: Ref, type: Representation): Ref {
    const { m, b } = this.fn.module;
    return m.block(null, [...held.map(({ set }) => set), result], b[type.wasm]);
  }
}

const FLOAT_COMPARE = {
  EQ: "eq",
  NE: "ne",
  LT: "lt",
  LE: "le",
  GT: "gt",
  GE: "ge",
} as const;
