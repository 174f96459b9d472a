/** Calls: bit operations, addresses, choices, and functions outside of the module. */

import {
  builtin,
  bytesOf,
  dtypeInfo,
  isHandle,
  printExpr,
  type Call,
  type DataType,
  type Op,
  type PrimExpr,
} from "../../ir";
import { IMPORTS, type PackedArgument } from "../../artifact";
import { UsageError } from "../../support";
import type { Ref, WasmType } from "./binaryen";
import type { FunctionContext } from "./function-context";
import { representationOf, type Representation } from "./representation";
import type { ScalarEmitter } from "./scalar";

type Emit = (call: Call) => Ref;

export class CallEmitter {
  private readonly emitters: ReadonlyMap<Op, Emit>;

  constructor(
    private readonly fn: FunctionContext,
    private readonly scalar: ScalarEmitter,
  ) {
    const first: Emit = (call) => this.scalar.emit(call.args[0]!);
    this.emitters = new Map<Op, Emit>([
      [builtin.likely, first],
      [builtin.checkReturn, first],
      [builtin.ifThenElse, (call) => this.ifThenElse(call)],
      [builtin.bitwiseAnd, (call) => this.bits(call, "and")],
      [builtin.bitwiseOr, (call) => this.bits(call, "or")],
      [builtin.bitwiseXor, (call) => this.bits(call, "xor")],
      [builtin.bitwiseNot, (call) => this.bitwiseNot(call)],
      [builtin.shiftLeft, (call) => this.shift(call, "shl")],
      [builtin.shiftRight, (call) => this.shift(call, "shr")],
      [builtin.popcount, (call) => this.popcount(call)],
      [builtin.clz, (call) => this.leadingZeros(call)],
      [builtin.isnan, (call) => this.isnan(call)],
      [builtin.copysign, (call) => this.copysign(call)],
      [builtin.ldexp, (call) => this.ldexp(call)],
      [builtin.reinterpret, (call) => this.reinterpret(call)],
      [builtin.largeUIntImm, (call) => this.largeUInt(call)],
      [builtin.addressOf, (call) => this.addressOf(call)],
      [builtin.accessPtr, (call) => this.accessPtr(call)],
      [builtin.isNullptr, (call) => this.fn.module.m.i32.eqz(first(call))],
      [builtin.threadContext, (call) => this.threadContext(call)],
      [builtin.callExtern, (call) => this.extern(call)],
      [builtin.callPureExtern, (call) => this.extern(call)],
      [builtin.callPacked, (call) => this.packed(call)],
      [builtin.prefetch, () => this.fn.module.m.i32.const(0)],
      [builtin.ret, (call) => this.ret(call)],
    ]);
  }

  private get m() {
    return this.fn.module.m;
  }

  emit(call: Call): Ref {
    const emit = this.emitters.get(call.op);
    if (emit !== undefined) return emit(call);
    throw new UsageError(
      "build-operator",
      `target wasm cannot run ${call.op}, in ${printExpr(call)}; the target that defines the operator ` +
        `must define a lowering for it`,
    );
  }

  private ret({ args }: Call): Ref {
    this.fn.result = args[0]!.dtype;
    return this.m.return(this.scalar.emit(args[0]!));
  }

  private ifThenElse({ args }: Call): Ref {
    const [condition, whenTrue, whenFalse] = args.map((arg) => this.scalar.emit(arg));
    return this.m.if(condition!, whenTrue!, whenFalse!);
  }

  private bits({ dtype, args }: Call, operation: "and" | "or" | "xor"): Ref {
    const ops = representationOf(dtype).wasm === "i64" ? this.m.i64 : this.m.i32;
    return ops[operation](this.scalar.emit(args[0]!), this.scalar.emit(args[1]!));
  }

  private bitwiseNot({ dtype, args }: Call): Ref {
    const type = representationOf(dtype);
    const value = this.scalar.emit(args[0]!);
    if (type.wasm === "i64") return this.m.i64.xor(value, this.m.i64.const(-1n));
    return this.scalar.arithmetic.wrap(type, this.m.i32.xor(value, this.m.i32.const(-1)));
  }

  private shift({ dtype, args }: Call, direction: "shl" | "shr"): Ref {
    const type = representationOf(dtype);
    const ops = type.wasm === "i64" ? this.m.i64 : this.m.i32;
    const [value, amount] = [this.scalar.emit(args[0]!), this.scalar.emit(args[1]!)];
    if (direction === "shl") return this.scalar.arithmetic.wrap(type, ops.shl(value, amount));
    return type.signed ? ops.shr_s(value, amount) : ops.shr_u(value, amount);
  }

  private popcount({ dtype, args }: Call): Ref {
    const type = representationOf(dtype);
    const value = this.scalar.emit(args[0]!);
    if (type.wasm === "i64") return this.m.i64.popcnt(value);
    return this.m.i32.popcnt(this.ownBits(type, value));
  }

  /** Counted in the argument's own width; the result is an `int32`. */
  private leadingZeros({ args }: Call): Ref {
    const type = representationOf(args[0]!.dtype);
    const value = this.scalar.emit(args[0]!);
    if (type.wasm === "i64") return this.m.i32.wrap(this.m.i64.clz(value));
    const zeros = this.m.i32.clz(this.ownBits(type, value));
    return this.m.i32.sub(zeros, this.m.i32.const(32 - type.bits));
  }

  /** A narrow value without its sign extension. */
  private ownBits(type: Representation, value: Ref): Ref {
    if (type.bits >= 32) return value;
    return this.m.i32.and(value, this.m.i32.const(2 ** type.bits - 1));
  }

  private isnan({ args }: Call): Ref {
    const type = representationOf(args[0]!.dtype);
    const ops = type.wasm === "f64" ? this.m.f64 : this.m.f32;
    const local = this.fn.newLocal(this.fn.module.b[type.wasm]);
    const set = this.fn.set(local, this.scalar.emit(args[0]!));
    const differs = ops.ne(this.fn.get(local), this.fn.get(local));
    return this.m.block(null, [set, differs], this.fn.module.b.i32);
  }

  private copysign({ dtype, args }: Call): Ref {
    const ops = representationOf(dtype).wasm === "f64" ? this.m.f64 : this.m.f32;
    return ops.copysign(this.scalar.emit(args[0]!), this.scalar.emit(args[1]!));
  }

  /** `x * 2**n`, in doubles, where it is exact for singles. */
  private ldexp({ dtype, args }: Call): Ref {
    const { module } = this.fn;
    const { f64 } = module.b;
    const [x, n] = args.map((arg) =>
      this.scalar.arithmetic.cast(arg.dtype, "float64", this.scalar.emit(arg)),
    );
    const name = module.importFunction(IMPORTS.math, "ldexp", [f64, f64], f64);
    return this.scalar.arithmetic.cast("float64", dtype, this.m.call(name, [x!, n!], f64));
  }

  private reinterpret({ dtype, args }: Call): Ref {
    const [value] = args as [PrimExpr];
    const from = representationOf(value.dtype);
    const to = representationOf(dtype);
    const ref = this.scalar.emit(value);
    if (from.bits !== to.bits || from.half || to.half) {
      throw new UsageError("build-operator", `${value.dtype} cannot be reinterpreted as ${dtype}`);
    }
    if (from.wasm === to.wasm) {
      if (from.signed === to.signed) return ref;
      return this.scalar.arithmetic.wrap(to, ref);
    }
    return this.m[to.wasm].reinterpret(ref);
  }

  private largeUInt({ args }: Call): Ref {
    const [low, high] = args.map((arg) => (arg.kind === "IntImm" ? BigInt(arg.value) : 0n));
    return this.m.i64.const(BigInt.asIntN(64, (high! << 32n) | low!));
  }

  private addressOf({ args }: Call): Ref {
    const [load] = args;
    if (load?.kind !== "BufferLoad")
      throw new UsageError("build-operator", "address_of takes an element of a buffer");
    return this.pointer(this.scalar.address(load.buffer, load.indices));
  }

  /** `tvm_access_ptr(type, data, offset, extent, mask)`: the address of element `offset`. */
  private accessPtr({ args }: Call): Ref {
    const [type, data, offset] = args as [PrimExpr, PrimExpr, PrimExpr];
    if (data.kind !== "Var")
      throw new UsageError("build-operator", "tvm_access_ptr takes the pointer of a buffer");
    return this.pointer(this.scalar.planner.address(data, offset, bytesOf(type.dtype)));
  }

  private pointer({ pointer, offset }: { pointer: Ref; offset: number }): Ref {
    return offset === 0 ? pointer : this.m.i32.add(pointer, this.m.i32.const(offset | 0));
  }

  /** The thread's context is requested once, at the function's entry. */
  private threadContext({ args }: Call): Ref {
    const { root } = this.fn;
    const [value] = args as [PrimExpr];
    let local = root.atoms.get(value);
    if (local === undefined) {
      local = this.fn.newLocal(this.fn.module.typeOf(value.dtype));
      root.atoms.set(value, local);
      root.prelude.push(this.fn.set(local, this.scalar.emit(value)));
    }
    return this.fn.get(local);
  }

  private extern({ dtype, args }: Call): Ref {
    const { module } = this.fn;
    const [name, ...values] = args as [PrimExpr, ...PrimExpr[]];
    if (name.kind !== "StringImm")
      throw new UsageError("build-operator", "the first argument of call_extern must be a name");
    const result = resultType(module.b.none, dtype, (type) => module.typeOf(type));
    const types = values.map((value) =>
      isUnsignedWord(value.dtype) ? module.b.f64 : module.typeOf(value.dtype),
    );
    const internal = module.importFunction(IMPORTS.extern, name.value, types, result);
    const words = values.map((value) => {
      const word = this.scalar.emit(value);
      // JavaScript reads an i32 as signed; unsigned values are passed as doubles, which are exact.
      return isUnsignedWord(value.dtype) ? this.m.f64.convert_u.i32(word) : word;
    });
    this.fn.usesMainThread = true;
    return this.m.call(internal, words, result);
  }

  /** An array is passed as its address and dimensions; its type is in the module's record. */
  private packed({ dtype, args }: Call): Ref {
    const { module } = this.fn;
    const [name, ...values] = args as [PrimExpr, ...PrimExpr[]];
    if (name.kind !== "StringImm")
      throw new UsageError(
        "build-operator",
        "the first argument of tvm_call_packed must be a name",
      );
    const types: WasmType[] = [];
    const refs: Ref[] = [];
    const records: PackedArgument[] = [];
    const pass = (value: PrimExpr): void => {
      types.push(module.typeOf(value.dtype));
      refs.push(this.scalar.emit(value));
    };
    for (const value of values) {
      if (value.kind === "StringImm") {
        records.push({ kind: "text", text: value.value });
      } else if (value.kind === "Call" && value.op === builtin.stackMakeArray) {
        records.push(this.packedArray(value, pass));
      } else {
        if (isHandle(value.dtype)) {
          throw new UsageError(
            "build-operator",
            `${name.value}: a bare pointer cannot be passed to a packed function`,
          );
        }
        records.push({ kind: "scalar", dtype: value.dtype });
        pass(value);
      }
    }
    const number = module.packed.push({ function: name.value, args: records }) - 1;
    const result = resultType(module.b.none, dtype, (type) => module.typeOf(type));
    const internal = module.importFunction(IMPORTS.packed, String(number), types, result);
    this.fn.usesMainThread = true;
    return this.m.call(internal, refs, result);
  }

  /** `tvm_stack_make_array(data, shape, strides, ndim, dtype, elem_offset)` */
  private packedArray({ args }: Call, pass: (value: PrimExpr) => void): PackedArgument {
    const [data, shape, strides, , element, offset] = args as readonly PrimExpr[];
    if (shape?.kind !== "Call" || (strides!.kind === "Call" && strides!.args.length > 0)) {
      throw new UsageError(
        "build-operator",
        "packed functions take row-major arrays with a shape and without strides",
      );
    }
    pass(data!);
    pass(offset!);
    shape.args.forEach(pass);
    return { kind: "array", dtype: element!.dtype, ndim: shape.args.length };
  }
}

/** `none` for a call that returns nothing. */
function resultType(
  none: WasmType,
  dtype: DataType,
  typeOf: (dtype: DataType) => WasmType,
): WasmType {
  return dtypeInfo(dtype).code === "void" ? none : typeOf(dtype);
}

/** Addresses and `uint32`. */
function isUnsignedWord(dtype: DataType): boolean {
  return isHandle(dtype) || dtype === "uint32";
}
