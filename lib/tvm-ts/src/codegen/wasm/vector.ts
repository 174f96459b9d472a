/**
 * Vector expressions as WebAssembly, one `v128` ("part") at a time; operations without an
 * instruction are computed lane by lane.
 */

import {
  builtin,
  constIntValue,
  lanesOf,
  substitute,
  type BinaryExpr,
  type BufferLoad,
  type Call,
  type PrimExpr,
  IntImm,
} from "../../ir";
import { InternalError } from "../../support";
import type { ByteAddress } from "./address";
import type { Ref } from "./binaryen";
import type { FunctionContext } from "./function-context";
import { laneOf } from "../lanes";
import { MaskEmitter } from "./mask";
import { FLOAT_INSTRUCTIONS } from "./math";
import { flatIndex } from "../flat-index";
import { lanesPerPart, representationOf, type Representation } from "./representation";
import type { ScalarEmitter } from "./scalar";
import { integerLanes, replaceLane, sequence, splat, zeroVector } from "./simd";
import { VectorCast } from "./vector-cast";

export class VectorEmitter {
  readonly masks: MaskEmitter;
  private readonly casts: VectorCast;
  /** Broadcasts that several parts of one store use, each in a local. */
  private readonly shared = new Map<PrimExpr, number>();

  constructor(
    private readonly fn: FunctionContext,
    readonly scalar: ScalarEmitter,
  ) {
    this.masks = new MaskEmitter(fn, this);
    this.casts = new VectorCast(fn, this);
  }

  private get m() {
    return this.fn.module.m;
  }

  /** Part `part` of a vector expression that is not of `bool`; zeros past the last part. */
  part(expr: PrimExpr, part: number): Ref {
    const type = representationOf(expr.dtype);
    if (type.bool) throw new InternalError("masks are not split into parts here");
    if (part * lanesPerPart(type) >= type.lanes) return zeroVector(this.m);
    switch (expr.kind) {
      case "Broadcast":
        return this.broadcast(expr, expr.value, type);
      case "Ramp":
        return this.ramp(expr, type, part);
      case "Var": {
        const binding = this.fn.binding(expr);
        if (binding.kind !== "local")
          throw new InternalError("a vector variable is kept in locals");
        return this.fn.get(binding.locals[part]!);
      }
      case "BufferLoad":
        return this.load(expr, type, part);
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "Mod":
      case "FloorDiv":
      case "FloorMod":
      case "Min":
      case "Max":
        return this.binary(expr, type, part) ?? this.fromLanes(expr, type, part);
      case "Select": {
        const { condition, trueValue, falseValue } = expr;
        const [a, b] = [this.part(trueValue, part), this.part(falseValue, part)];
        if (lanesOf(condition.dtype) === 1) return this.m.select(this.scalar.emit(condition), a, b);
        const mask = this.masks.part(condition, type.laneBytes, part);
        return this.m.v128.bitselect(a, b, mask);
      }
      case "Cast":
        return this.casts.part(expr, part) ?? this.fromLanes(expr, type, part);
      case "Call":
        return this.call(expr, type, part) ?? this.fromLanes(expr, type, part);
      case "Let":
        return this.part(substitute(expr.body, new Map([[expr.var_, expr.value]])), part);
      default:
        return this.fromLanes(expr, type, part);
    }
  }

  /** Builds a part from its lanes. */
  fromLanes(expr: PrimExpr, type: Representation, part: number): Ref {
    const first = part * lanesPerPart(type);
    const last = Math.min(first + lanesPerPart(type), type.lanes);
    const lane = (i: number): Ref => this.scalar.emit(laneOf(expr, new IntImm(i)));
    let vector = splat(this.m, type, lane(first));
    for (let i = first + 1; i < last; i++) {
      vector = replaceLane(this.m, type, vector, i - first, lane(i));
    }
    return vector;
  }

  /** The start of a vector access to adjacent elements; `undefined` if they are not adjacent. */
  contiguous(buffer: BufferLoad["buffer"], indices: readonly PrimExpr[]): ByteAddress | undefined {
    const last = indices[indices.length - 1];
    const { bytes } = representationOf(buffer.dtype);
    const elementLanes = lanesOf(buffer.dtype);
    if (last === undefined || lanesOf(last.dtype) === 1) {
      return this.scalar.address(buffer, indices);
    }
    if (last.kind !== "Ramp" || constIntValue(last.stride) !== 1) return undefined;
    if (buffer.strides.length > 0 && constIntValue(buffer.strides[indices.length - 1]!) !== 1) {
      return undefined;
    }
    const start = flatIndex(buffer, [...indices.slice(0, -1), last.base]);
    return this.scalar.planner.address(buffer.data, start, bytes * elementLanes);
  }

  /**
   * Computes broadcasts of loaded values once while `emit` emits the parts of one statement.
   * @returns the statements that compute them, then the result of `emit`.
   */
  sharing(broadcasts: readonly PrimExpr[], emit: () => Ref[]): Ref[] {
    const first: Ref[] = [];
    for (const broadcast of broadcasts) {
      const local = this.fn.newLocal(this.fn.module.b.v128);
      first.push(this.fn.set(local, this.part(broadcast, 0)));
      this.shared.set(broadcast, local);
    }
    const statements = emit();
    for (const broadcast of broadcasts) this.shared.delete(broadcast);
    return [...first, ...statements];
  }

  private broadcast(expr: PrimExpr, value: PrimExpr, type: Representation): Ref {
    const cached = this.shared.get(expr);
    if (cached !== undefined) return this.fn.get(cached);
    if (value.kind === "IntImm" || (value.kind === "FloatImm" && !type.half)) {
      return sequence(this.m, type, value.value, 0);
    }
    const inMemory =
      value.kind === "BufferLoad" &&
      this.fn.binding(value.buffer.data).kind !== "registers" &&
      !type.half &&
      lanesOf(value.buffer.dtype) === 1;
    if (!inMemory) return splat(this.m, type, this.scalar.emit(value));
    const { pointer, offset } = this.scalar.address(value.buffer, value.indices);
    const { v128 } = this.m;
    switch (type.laneBytes) {
      case 1:
        return v128.load8_splat(offset, 1, pointer);
      case 2:
        return v128.load16_splat(offset, 2, pointer);
      case 4:
        return v128.load32_splat(offset, 4, pointer);
      default:
        return v128.load64_splat(offset, 8, pointer);
    }
  }

  private ramp(ramp: Extract<PrimExpr, { kind: "Ramp" }>, type: Representation, part: number): Ref {
    const stride = constIntValue(ramp.stride);
    if (stride === undefined || type.half) return this.fromLanes(ramp, type, part);
    const steps = sequence(this.m, type, part * lanesPerPart(type) * stride, stride);
    if (constIntValue(ramp.base) === 0) return steps;
    return integerLanes(this.m, type.laneBytes).add(
      splat(this.m, type, this.scalar.emit(ramp.base)),
      steps,
    );
  }

  private load(load: BufferLoad, type: Representation, part: number): Ref {
    const { buffer, indices } = load;
    const binding = this.fn.binding(buffer.data);
    if (binding.kind === "registers") {
      const element = constIntValue(flatIndex(buffer, indices));
      if (element === undefined) return this.fromLanes(load, type, part);
      return this.fn.get(binding.elements[element]![part]!);
    }
    const last = indices[indices.length - 1];
    if (last?.kind === "Broadcast" && lanesOf(buffer.dtype) === 1) {
      return splat(this.m, type, this.scalar.emit(laneOf(load, new IntImm(0))));
    }
    const address = this.contiguous(buffer, indices);
    if (address === undefined || type.half) return this.fromLanes(load, type, part);
    const count = Math.min(lanesPerPart(type), type.lanes - part * lanesPerPart(type));
    const offset = address.offset + part * 16;
    const bytes = count * type.laneBytes;
    if (bytes === 16) return this.m.v128.load(offset, type.laneBytes, address.pointer);
    if (bytes === 8) return this.m.v128.load64_zero(offset, type.laneBytes, address.pointer);
    if (bytes === 4) return this.m.v128.load32_zero(offset, type.laneBytes, address.pointer);
    return this.fromLanes(load, type, part);
  }

  private binary(expr: BinaryExpr, type: Representation, part: number): Ref | undefined {
    if (type.half) return undefined;
    const a = (): Ref => this.part(expr.a, part);
    const b = (): Ref => this.part(expr.b, part);
    if (type.float) {
      const ops = type.laneBytes === 8 ? this.m.f64x2 : this.m.f32x4;
      switch (expr.kind) {
        case "Add":
          return ops.add(a(), b());
        case "Sub":
          return ops.sub(a(), b());
        case "Mul":
          return ops.mul(a(), b());
        case "Div":
          return ops.div(a(), b());
        // pmin(y, x) is `x < y ? x : y`.
        case "Min":
          return ops.pmin(b(), a());
        case "Max":
          return ops.pmax(b(), a());
        default:
          return undefined;
      }
    }
    return this.integerBinary(expr, type, a, b);
  }

  private integerBinary(
    expr: BinaryExpr,
    type: Representation,
    a: () => Ref,
    b: () => Ref,
  ): Ref | undefined {
    const { m } = this;
    const ops = integerLanes(m, type.laneBytes);
    const sign = type.signed ? "s" : "u";
    switch (expr.kind) {
      case "Add":
        return ops.add(a(), b());
      case "Sub":
        return ops.sub(a(), b());
      case "Mul":
        return "mul" in ops ? ops.mul(a(), b()) : this.multiplyBytes(a(), b());
      case "Min":
        return "min_s" in ops ? ops[`min_${sign}`](a(), b()) : undefined;
      case "Max":
        return "max_s" in ops ? ops[`max_${sign}`](a(), b()) : undefined;
      case "FloorDiv":
      case "FloorMod": {
        const divisor = constIntValue(expr.b) ?? NaN;
        const shift = Math.log2(divisor);
        if (!Number.isInteger(shift)) return undefined;
        if (expr.kind === "FloorMod") return m.v128.and(a(), sequence(m, type, divisor - 1, 0));
        return ops[`shr_${sign}`](a(), m.i32.const(shift));
      }
      default:
        return undefined;
    }
  }

  /** The low bytes of the products, which are computed with 16 bits. */
  private multiplyBytes(a: Ref, b: Ref): Ref {
    const { m } = this;
    const { v128 } = this.fn.module.b;
    const [x, y] = [this.fn.newLocal(v128), this.fn.newLocal(v128)];
    const product = m.i8x16.shuffle(
      m.i16x8.extmul_low_i8x16_s(this.fn.get(x), this.fn.get(y)),
      m.i16x8.extmul_high_i8x16_s(this.fn.get(x), this.fn.get(y)),
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30],
    );
    return m.block(null, [this.fn.set(x, a), this.fn.set(y, b), product], v128);
  }

  private call({ op, args }: Call, type: Representation, part: number): Ref | undefined {
    const { m } = this;
    const instruction = FLOAT_INSTRUCTIONS.get(op);
    if (instruction !== undefined && !type.half) {
      return (type.laneBytes === 8 ? m.f64x2 : m.f32x4)[instruction](this.part(args[0]!, part));
    }
    const [a, b] = args as [PrimExpr, PrimExpr];
    switch (op) {
      case builtin.likely:
        return this.part(a, part);
      case builtin.ifThenElse:
        if (lanesOf(a.dtype) !== 1) return undefined;
        return m.if(this.scalar.emit(a), this.part(b, part), this.part(args[2]!, part));
      case builtin.bitwiseAnd:
        return m.v128.and(this.part(a, part), this.part(b, part));
      case builtin.bitwiseOr:
        return m.v128.or(this.part(a, part), this.part(b, part));
      case builtin.bitwiseXor:
        return m.v128.xor(this.part(a, part), this.part(b, part));
      case builtin.bitwiseNot:
        return m.v128.not(this.part(a, part));
      case builtin.shiftLeft:
      case builtin.shiftRight: {
        if (b.kind !== "Broadcast") return undefined;
        const ops = integerLanes(m, type.laneBytes);
        const wide = representationOf(b.value.dtype).wasm === "i64";
        const amount = this.scalar.emit(b.value);
        const direction =
          op === builtin.shiftLeft ? "shl" : (`shr_${type.signed ? "s" : "u"}` as const);
        return ops[direction](this.part(a, part), wide ? m.i32.wrap(amount) : amount);
      }
      default:
        return undefined;
    }
  }
}
