/**
 * Vectors of `bool` as masks: lanes of all ones or all zeros, as wide as their use needs. A
 * comparison gives lanes as wide as its operands'.
 */

import { builtin, lanesOf, substitute, type CompareExpr, type PrimExpr, IntImm } from "../../ir";
import { InternalError } from "../../support";
import type { Ref } from "./binaryen";
import type { FunctionContext } from "./function-context";
import { laneOf } from "../lanes";
import { representationOf, STORED_MASK_BYTES } from "./representation";
import { integerLanes, narrow, widen, zeroVector } from "./simd";
import type { VectorEmitter } from "./vector";

export class MaskEmitter {
  constructor(
    private readonly fn: FunctionContext,
    private readonly vectors: VectorEmitter,
  ) {}

  private get m() {
    return this.fn.module.m;
  }

  /** Part `part` of a vector of `bool` in lanes of `bytes` bytes. */
  part(expr: PrimExpr, bytes: number, part: number): Ref {
    const { m } = this;
    switch (expr.kind) {
      case "EQ":
      case "NE":
      case "LT":
      case "LE":
      case "GT":
      case "GE": {
        const type = representationOf(expr.a.dtype);
        if (type.bool) return this.fromLanes(expr, bytes, part);
        const unsigned64 = type.laneBytes === 8 && !type.float && !type.signed;
        if (unsigned64 && expr.kind !== "EQ" && expr.kind !== "NE") {
          return this.fromLanes(expr, bytes, part);
        }
        return this.convert((p) => this.compare(expr, p), type.laneBytes, bytes, part, type.lanes);
      }
      case "And":
        return m.v128.and(this.part(expr.a, bytes, part), this.part(expr.b, bytes, part));
      case "Or":
        return m.v128.or(this.part(expr.a, bytes, part), this.part(expr.b, bytes, part));
      case "Not":
        return m.v128.not(this.part(expr.a, bytes, part));
      case "Broadcast": {
        const flag = this.vectors.scalar.emit(expr.value);
        return m.i32x4.splat(m.i32.sub(m.i32.const(0), flag));
      }
      case "Var": {
        const binding = this.fn.binding(expr);
        if (binding.kind !== "local")
          throw new InternalError("a vector variable is kept in locals");
        const stored = (p: number): Ref => this.fn.get(binding.locals[p]!);
        return this.convert(stored, STORED_MASK_BYTES, bytes, part, lanesOf(expr.dtype));
      }
      case "Select": {
        const [a, b] = [expr.trueValue, expr.falseValue].map((e) => this.part(e, bytes, part));
        if (lanesOf(expr.condition.dtype) === 1) {
          return m.select(this.vectors.scalar.emit(expr.condition), a!, b!);
        }
        return m.v128.bitselect(a!, b!, this.part(expr.condition, bytes, part));
      }
      case "Let":
        return this.part(substitute(expr.body, new Map([[expr.var_, expr.value]])), bytes, part);
      case "Call":
        if (expr.op === builtin.likely) return this.part(expr.args[0]!, bytes, part);
        return this.fromLanes(expr, bytes, part);
      default:
        return this.fromLanes(expr, bytes, part);
    }
  }

  private compare({ kind, a, b }: CompareExpr, part: number): Ref {
    const { m } = this;
    const type = representationOf(a.dtype);
    const [x, y] = [this.vectors.part(a, part), this.vectors.part(b, part)];
    const name = NAMES[kind];
    if (type.float) return (type.laneBytes === 8 ? m.f64x2 : m.f32x4)[name](x, y);
    if (name === "eq" || name === "ne") return integerLanes(m, type.laneBytes)[name](x, y);
    if (type.laneBytes === 8) return m.i64x2[`${name}_s`](x, y);
    const ops = type.laneBytes === 1 ? m.i8x16 : type.laneBytes === 2 ? m.i16x8 : m.i32x4;
    return ops[`${name}_${type.signed ? "s" : "u"}`](x, y);
  }

  /** Part `part` of a mask in lanes of `to` bytes, from its parts in lanes of `from` bytes. */
  private convert(
    parts: (part: number) => Ref,
    from: number,
    to: number,
    part: number,
    lanes: number,
  ): Ref {
    if (from === to) {
      return part * (16 / from) < lanes ? parts(part) : zeroVector(this.m);
    }
    if (from > to) {
      const half = (p: number): Ref => this.convert(parts, from, to * 2, p, lanes);
      return narrow(this.m, half(part * 2), half(part * 2 + 1), to * 2);
    }
    const source = this.convert(parts, from, to / 2, Math.floor(part / 2), lanes);
    return widen(this.m, source, to / 2, true, part % 2 === 1);
  }

  private fromLanes(expr: PrimExpr, bytes: number, part: number): Ref {
    const { m } = this;
    const ops = integerLanes(m, bytes);
    const perPart = 16 / bytes;
    const last = Math.min((part + 1) * perPart, lanesOf(expr.dtype));
    const lane = (i: number): Ref => {
      const flag = m.i32.sub(m.i32.const(0), this.vectors.scalar.emit(laneOf(expr, new IntImm(i))));
      return bytes === 8 ? m.i64.extend_s(flag) : flag;
    };
    let vector = zeroVector(m);
    for (let i = part * perPart; i < last; i++) {
      vector = ops.replace_lane(vector, i % perPart, lane(i));
    }
    return vector;
  }
}

const NAMES = { EQ: "eq", NE: "ne", LT: "lt", LE: "le", GT: "gt", GE: "ge" } as const;
