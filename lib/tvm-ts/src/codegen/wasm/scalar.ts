/** Scalar expressions as WebAssembly. */

import {
  exactInteger,
  constIntValue,
  printExpr,
  type BufferLoad,
  type Call,
  type DataType,
  type PrimExpr,
  type Shuffle,
} from "../../ir";
import { assertNever, InternalError, UsageError } from "../../support";
import { AddressPlanner, type ByteAddress } from "./address";
import { ArithmeticEmitter } from "./arithmetic";
import type { Ref } from "./binaryen";
import { CallEmitter } from "./call";
import { Scope, type FunctionContext } from "./function-context";
import { halfToSingle, singleToHalf } from "./helpers";
import { DOUBLE_FUNCTIONS, FLOAT_INSTRUCTIONS } from "./math";
import { flatIndex } from "../flat-index";
import { representationOf, STORED_MASK_BYTES, type Representation } from "./representation";

export class ScalarEmitter {
  readonly arithmetic: ArithmeticEmitter;
  readonly planner: AddressPlanner;
  private readonly calls: CallEmitter;

  constructor(private readonly fn: FunctionContext) {
    this.arithmetic = new ArithmeticEmitter(fn);
    this.planner = new AddressPlanner(fn, (expr) => this.emit(expr));
    this.calls = new CallEmitter(fn, this);
  }

  private get m() {
    return this.fn.module.m;
  }

  /** The value of a scalar expression. */
  emit(expr: PrimExpr): Ref {
    const { m } = this;
    switch (expr.kind) {
      case "Var":
        return this.variable(expr);
      case "IntImm":
        return this.integer(expr.value, expr.dtype);
      case "FloatImm":
        return this.float(expr.value, expr.dtype);
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "Mod":
      case "FloorDiv":
      case "FloorMod":
      case "Min":
      case "Max": {
        const [a, b] = [this.emit(expr.a), this.emit(expr.b)];
        return this.arithmetic.binary(expr.kind, expr.dtype, a, b, constIntValue(expr.b));
      }
      case "EQ":
      case "NE":
      case "LT":
      case "LE":
      case "GT":
      case "GE":
        return this.arithmetic.compare(
          expr.kind,
          expr.a.dtype,
          this.emit(expr.a),
          this.emit(expr.b),
        );
      case "And":
        return m.i32.and(this.emit(expr.a), this.emit(expr.b));
      case "Or":
        return m.i32.or(this.emit(expr.a), this.emit(expr.b));
      case "Not":
        return m.i32.eqz(this.emit(expr.a));
      case "Select":
        return m.select(
          this.emit(expr.condition),
          this.emit(expr.trueValue),
          this.emit(expr.falseValue),
        );
      case "Cast":
        return this.arithmetic.cast(expr.value.dtype, expr.dtype, this.emit(expr.value));
      case "BufferLoad":
        return this.load(expr);
      case "Shuffle":
        return this.extractLane(expr);
      case "Let": {
        const type = this.fn.module.typeOf(expr.value.dtype);
        const local = this.fn.newLocal(type);
        const value = this.fn.set(local, this.emit(expr.value));
        // Defined only here: nothing that depends on it can be computed at the start of a region.
        const scope = new Scope(this.fn.scope);
        this.fn.bind(expr.var_, { kind: "local", locals: [local], scope });
        return m.block(null, [value, this.emit(expr.body)], this.fn.module.typeOf(expr.dtype));
      }
      case "Call":
        return this.call(expr);
      case "StringImm":
        throw new UsageError(
          "build-operator",
          `the text "${expr.value}" cannot be a value in compiled code; only packed functions take texts`,
        );
      case "Ramp":
      case "Broadcast":
        throw new InternalError(`vector ${printExpr(expr)} where a scalar is needed`);
      case "ProducerLoad":
      case "Reduce":
        throw new UsageError(
          "build-not-lowered",
          `${printExpr(expr)} is not lowered; build it through tvm.lower`,
        );
      default:
        return assertNever(expr);
    }
  }

  /** The address of a load or store with a scalar index. */
  address(buffer: BufferLoad["buffer"], indices: readonly PrimExpr[]): ByteAddress {
    const { bytes, lanes } = representationOf(buffer.dtype);
    return this.planner.address(buffer.data, flatIndex(buffer, indices), bytes * lanes);
  }

  /** Reads a scalar of `dtype`. */
  read(dtype: DataType, { pointer, offset }: ByteAddress): Ref {
    const { m } = this;
    const type = representationOf(dtype);
    if (type.half) return halfToSingle(this.fn.module, m.i32.load16_u(offset, 2, pointer));
    if (type.float) {
      return type.bits === 64 ? m.f64.load(offset, 8, pointer) : m.f32.load(offset, 4, pointer);
    }
    if (type.bytes === 8) return m.i64.load(offset, 8, pointer);
    if (type.bytes === 4) return m.i32.load(offset, 4, pointer);
    const sign = type.signed ? "s" : "u";
    return type.bytes === 2
      ? m.i32[`load16_${sign}`](offset, 2, pointer)
      : m.i32[`load8_${sign}`](offset, 1, pointer);
  }

  /** Writes a scalar of `dtype`. */
  write(dtype: DataType, { pointer, offset }: ByteAddress, value: Ref): Ref {
    const { m } = this;
    const type = representationOf(dtype);
    if (type.half) return m.i32.store16(offset, 2, pointer, singleToHalf(this.fn.module, value));
    if (type.float) {
      const ops = type.bits === 64 ? m.f64 : m.f32;
      return ops.store(offset, type.bytes, pointer, value);
    }
    if (type.bytes === 8) return m.i64.store(offset, 8, pointer, value);
    if (type.bytes === 4) return m.i32.store(offset, 4, pointer, value);
    return type.bytes === 2
      ? m.i32.store16(offset, 2, pointer, value)
      : m.i32.store8(offset, 1, pointer, value);
  }

  integer(value: number, dtype: DataType): Ref {
    const { m } = this;
    const type = representationOf(dtype);
    return type.wasm === "i64" ? m.i64.const(exactInteger(value, dtype)) : m.i32.const(value | 0);
  }

  private float(value: number, dtype: DataType): Ref {
    const { m } = this;
    const type = representationOf(dtype);
    if (type.half) return this.arithmetic.roundToHalf(m.f32.const(value));
    return type.wasm === "f64" ? m.f64.const(value) : m.f32.const(value);
  }

  private variable(variable: Extract<PrimExpr, { kind: "Var" }>): Ref {
    const { m } = this;
    const binding = this.fn.binding(variable);
    switch (binding.kind) {
      case "local":
        return this.fn.get(binding.locals[0]!);
      case "frame":
        return m.i32.add(this.fn.get(0), m.i32.const(binding.offset));
      case "registers":
        throw new InternalError(`${variable.name} is kept in registers and has no address`);
    }
  }

  private load(load: BufferLoad): Ref {
    const { data, dtype } = load.buffer;
    const binding = this.fn.binding(data);
    if (binding.kind === "registers") {
      const index = constIntValue(flatIndex(load.buffer, load.indices))!;
      const { lanes } = representationOf(binding.dtype);
      const locals = binding.elements[Math.floor(index / lanes)]!;
      return lanes === 1
        ? this.fn.get(locals[0]!)
        : this.laneOfParts(representationOf(binding.dtype), locals, index % lanes);
    }
    return this.read(dtype, this.address(load.buffer, load.indices));
  }

  /** One lane of a vector that is a variable. */
  private extractLane({ vectors, indices }: Shuffle): Ref {
    const [vector] = vectors;
    const lane = constIntValue(indices[0]!);
    if (vectors.length !== 1 || vector!.kind !== "Var" || lane === undefined) {
      throw new InternalError("only a lane of a vector variable can be taken out");
    }
    const binding = this.fn.binding(vector!);
    if (binding.kind !== "local") throw new InternalError("a vector variable is kept in locals");
    return this.laneOfParts(representationOf(vector!.dtype), binding.locals, lane);
  }

  private laneOfParts(type: Representation, locals: readonly number[], lane: number): Ref {
    const perPart = 16 / (type.bool ? STORED_MASK_BYTES : type.laneBytes);
    const part = this.fn.get(locals[Math.floor(lane / perPart)]!);
    return this.lane(type, part, lane % perPart);
  }

  private lane(type: Representation, part: Ref, lane: number): Ref {
    const { m } = this;
    const at = lane as Ref;
    if (type.bool) return m.i32.and(m.i8x16.extract_lane_u(part, at), m.i32.const(1));
    if (type.float) {
      return type.laneBytes === 8 ? m.f64x2.extract_lane(part, at) : m.f32x4.extract_lane(part, at);
    }
    const sign = type.signed ? "s" : "u";
    switch (type.laneBytes) {
      case 1:
        return m.i8x16[`extract_lane_${sign}`](part, at);
      case 2:
        return m.i16x8[`extract_lane_${sign}`](part, at);
      case 4:
        return m.i32x4.extract_lane(part, at);
      default:
        return m.i64x2.extract_lane(part, at);
    }
  }

  private call(call: Call): Ref {
    const instruction = FLOAT_INSTRUCTIONS.get(call.op);
    const double = DOUBLE_FUNCTIONS.get(call.op);
    if (instruction === undefined && double === undefined) return this.calls.emit(call);
    const type = representationOf(call.dtype);
    if (instruction !== undefined) {
      const ops = type.wasm === "f64" ? this.m.f64 : this.m.f32;
      const value = ops[instruction](this.emit(call.args[0]!));
      return type.half && instruction === "sqrt" ? this.arithmetic.roundToHalf(value) : value;
    }
    const args = call.args.map((arg) => this.arithmetic.cast(arg.dtype, "float64", this.emit(arg)));
    return this.arithmetic.cast("float64", call.dtype, double!(this.fn.module, ...args));
  }
}
