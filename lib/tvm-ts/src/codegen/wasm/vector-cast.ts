/** Conversions of vectors that WebAssembly has instructions for. */

import type { Cast, PrimExpr } from "../../ir";
import type { Ref } from "./binaryen";
import type { FunctionContext } from "./function-context";
import { representationOf, type Representation } from "./representation";
import { joinLowerHalves, narrow, sequence, upperHalf, widen } from "./simd";
import type { VectorEmitter } from "./vector";

export class VectorCast {
  constructor(
    private readonly fn: FunctionContext,
    private readonly vectors: VectorEmitter,
  ) {}

  private get m() {
    return this.fn.module.m;
  }

  /** Part `part` of a conversion; `undefined` when it must be done lane by lane. */
  part({ dtype, value }: Cast, part: number): Ref | undefined {
    const to = representationOf(dtype);
    const from = representationOf(value.dtype);
    if (from.half || to.half || to.bool) return undefined;
    if (from.bool) return this.fromMask(value, to, part);
    if (!from.float && !to.float) {
      const parts = (p: number): Ref => this.vectors.part(value, p);
      return this.resize(parts, from, to.laneBytes, part);
    }
    if (from.float && to.float) return this.betweenFloats(value, from, to, part);
    return from.float ? this.toInteger(value, from, to, part) : this.toFloat(value, from, to, part);
  }

  private fromMask(value: PrimExpr, to: Representation, part: number): Ref {
    const mask = this.vectors.masks.part(value, to.laneBytes, part);
    return this.m.v128.and(mask, sequence(this.m, to, 1, 0));
  }

  /** Part `part` in lanes of `bytes` bytes: low bits are kept, the sign is extended. */
  private resize(
    parts: (part: number) => Ref,
    from: Representation,
    bytes: number,
    part: number,
  ): Ref {
    if (from.laneBytes === bytes) return parts(part);
    if (from.laneBytes > bytes) {
      const half = (p: number): Ref => this.resize(parts, from, bytes * 2, p);
      return narrow(this.m, half(part * 2), half(part * 2 + 1), bytes * 2);
    }
    const source = this.resize(parts, from, bytes / 2, Math.floor(part / 2));
    return widen(this.m, source, bytes / 2, from.signed, part % 2 === 1);
  }

  private betweenFloats(
    value: PrimExpr,
    from: Representation,
    to: Representation,
    part: number,
  ): Ref {
    const { m } = this;
    if (from.laneBytes === to.laneBytes) return this.vectors.part(value, part);
    if (to.laneBytes === 8) return m.f64x2.promote_low_f32x4(this.lowHalf(value, part));
    return joinLowerHalves(
      m,
      m.f32x4.demote_f64x2_zero(this.vectors.part(value, part * 2)),
      m.f32x4.demote_f64x2_zero(this.vectors.part(value, part * 2 + 1)),
    );
  }

  /** Half a part of 32-bit lanes, in the lower half; it becomes one part of 64-bit lanes. */
  private lowHalf(value: PrimExpr, part: number): Ref {
    const source = (): Ref => this.vectors.part(value, Math.floor(part / 2));
    return part % 2 === 0 ? source() : upperHalf(this.m, source);
  }

  private toFloat(
    value: PrimExpr,
    from: Representation,
    to: Representation,
    part: number,
  ): Ref | undefined {
    const { m } = this;
    if (from.laneBytes === 8) return undefined;
    const sign = from.laneBytes === 4 && !from.signed ? "u" : "s";
    const whole = (p: number): Ref => this.resize((q) => this.vectors.part(value, q), from, 4, p);
    if (to.laneBytes === 4) return m.f32x4[`convert_i32x4_${sign}`](whole(part));
    const source = (): Ref => whole(Math.floor(part / 2));
    const half = part % 2 === 0 ? source() : upperHalf(m, source);
    return m.f64x2[`convert_low_i32x4_${sign}`](half);
  }

  /** Converts through `int32`, as for scalars, except for wider or unsigned 32-bit results. */
  private toInteger(
    value: PrimExpr,
    from: Representation,
    to: Representation,
    part: number,
  ): Ref | undefined {
    const { m } = this;
    if (to.laneBytes === 8 || (to.laneBytes === 4 && !to.signed)) return undefined;
    const truncated = (p: number): Ref =>
      from.laneBytes === 4
        ? m.i32x4.trunc_sat_f32x4_s(this.vectors.part(value, p))
        : joinLowerHalves(
            m,
            m.i32x4.trunc_sat_f64x2_s_zero(this.vectors.part(value, p * 2)),
            m.i32x4.trunc_sat_f64x2_s_zero(this.vectors.part(value, p * 2 + 1)),
          );
    const int32 = { ...to, laneBytes: 4, signed: true };
    return this.resize(truncated, int32, to.laneBytes, part);
  }
}
