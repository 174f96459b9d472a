/** Scalar expressions as C. Vectors do not occur: statements emit them lane by lane. */

import {
  builtin,
  bytesOf,
  dtypeInfo,
  exactInteger,
  isBool,
  isFloat,
  isInteger,
  lanesOf,
  printExpr,
  type BinaryExpr,
  type Buffer,
  type Call,
  type DataType,
  type Op,
  type PrimExpr,
  type Var,
} from "../../ir";
import { assertNever, InternalError, UsageError } from "../../support";
import { scalarView } from "../lanes";
import { flatIndex } from "../flat-index";
import type { Names } from "./names";
import { cElementType, cType, isHalf } from "./types";
import type { TranslationUnit } from "./translation-unit";

export class ExpressionWriter {
  /** The declared C type that each pointer points to, if it is not `void`. */
  readonly pointees = new Map<Var, string>();

  constructor(
    private readonly unit: TranslationUnit,
    private readonly names: Names,
  ) {}

  /** The text of a scalar expression, parenthesized where necessary. */
  write(expr: PrimExpr): string {
    switch (expr.kind) {
      case "Var":
        return this.names.nameFor(expr);
      case "IntImm":
        return integerText(expr.value, expr.dtype);
      case "FloatImm":
        return this.half(expr.dtype, floatText(expr.value, expr.dtype));
      case "StringImm":
        return JSON.stringify(expr.value);
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "Mod":
      case "FloorDiv":
      case "FloorMod":
      case "Min":
      case "Max":
        return this.binary(expr);
      case "EQ":
        return this.operator(expr.a, "==", expr.b);
      case "NE":
        return this.operator(expr.a, "!=", expr.b);
      case "LT":
        return this.operator(expr.a, "<", expr.b);
      case "LE":
        return this.operator(expr.a, "<=", expr.b);
      case "GT":
        return this.operator(expr.a, ">", expr.b);
      case "GE":
        return this.operator(expr.a, ">=", expr.b);
      case "And":
        return this.operator(expr.a, "&&", expr.b);
      case "Or":
        return this.operator(expr.a, "||", expr.b);
      case "Not":
        return `!${this.write(expr.a)}`;
      case "Select":
        return this.choice(expr.condition, expr.trueValue, expr.falseValue);
      case "Cast":
        return this.cast(expr.value, expr.dtype);
      case "BufferLoad":
        return this.load(expr.buffer, expr.indices);
      case "Shuffle": {
        const [vector] = expr.vectors;
        if (vector!.kind === "Var")
          return `${this.names.nameFor(vector!)}[${this.write(expr.indices[0]!)}]`;
        throw new InternalError("Shuffle must be split into lanes before C is generated");
      }
      case "Call":
        return this.call(expr);
      case "Let":
        throw new InternalError("Let expressions must become statements before C is generated");
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

  /** An element of a buffer, as an lvalue. */
  element(buffer: Buffer, indices: readonly PrimExpr[]): string {
    const scalar = lanesOf(buffer.dtype) === 1 ? buffer : scalarView(buffer);
    const index = this.write(flatIndex(scalar, indices));
    const type = cElementType(scalar.dtype);
    const name = this.names.nameFor(scalar.data);
    const pointer = this.pointees.get(scalar.data) === type ? name : `((${type}*)${name})`;
    return `${pointer}[${index}]`;
  }

  /** The bits that are stored for a value of `dtype`. */
  stored(value: string, dtype: DataType): string {
    if (!isHalf(dtype)) return value;
    this.unit.useHalves();
    return `float_to_half(${value})`;
  }

  private load(buffer: Buffer, indices: readonly PrimExpr[]): string {
    const place = this.element(buffer, indices);
    if (!isHalf(buffer.dtype)) return place;
    this.unit.useHalves();
    return `half_to_float(${place})`;
  }

  private binary(expr: BinaryExpr): string {
    const { kind, dtype } = expr;
    const text = (operator: string): string =>
      this.narrow(dtype, this.operator(expr.a, operator, expr.b));
    switch (kind) {
      case "Add":
        return text("+");
      case "Sub":
        return text("-");
      case "Mul":
        return text("*");
      case "Div":
        return text("/");
      case "Min":
        return this.helper("min", expr);
      case "Max":
        return this.helper("max", expr);
      case "Mod":
        if (!isFloat(dtype)) return text("%");
        return this.floatRemainder("trunc", expr);
      case "FloorDiv":
        if (isFloat(dtype)) return this.half(dtype, `floor(${this.operator(expr.a, "/", expr.b)})`);
        return dtypeInfo(dtype).code === "uint" ? text("/") : this.helper("floordiv", expr);
      case "FloorMod":
        if (isFloat(dtype)) return this.floatRemainder("floor", expr);
        return dtypeInfo(dtype).code === "uint" ? text("%") : this.helper("floormod", expr);
    }
  }

  private floatRemainder(rounding: string, { a, b, dtype }: BinaryExpr): string {
    const [x, y] = [this.write(a), this.write(b)];
    return this.half(dtype, `(${x} - ${rounding}(${x} / ${y}) * ${y})`);
  }

  private helper(
    name: "min" | "max" | "floordiv" | "floormod",
    { a, b, dtype }: BinaryExpr,
  ): string {
    return `${this.unit.helper(name, dtype)}(${this.write(a)}, ${this.write(b)})`;
  }

  private operator(a: PrimExpr, operator: string, b: PrimExpr): string {
    return `(${this.write(a)} ${operator} ${this.write(b)})`;
  }

  private choice(condition: PrimExpr, whenTrue: PrimExpr, whenFalse: PrimExpr): string {
    return `(${this.write(condition)} ? ${this.write(whenTrue)} : ${this.write(whenFalse)})`;
  }

  /** Narrows a result: C computes narrow integers as `int`, and halves are computed as floats. */
  private narrow(dtype: DataType, text: string): string {
    const { code, bits } = dtypeInfo(dtype);
    if (bits === 1) return `(${text} != 0)`;
    if ((code === "int" || code === "uint") && bits < 32) return `(${cType(dtype)})${text}`;
    return this.half(dtype, text);
  }

  private half(dtype: DataType, text: string): string {
    if (!isHalf(dtype)) return text;
    this.unit.useHalves();
    return `round_half(${text})`;
  }

  private cast(value: PrimExpr, dtype: DataType): string {
    const text = this.write(value);
    if (isBool(dtype)) return `(${text} != 0)`;
    const toInteger = isFloat(value.dtype) && isInteger(dtype);
    const inner = toInteger ? `${this.unit.saturating(dtype)}(${text})` : text;
    return this.half(dtype, `((${cType(dtype)})${inner})`);
  }

  private call(call: Call): string {
    const { op, args, dtype } = call;
    const arg = (i: number): string => this.write(args[i]!);
    const math = MATH.get(op);
    if (math !== undefined) {
      const doubles = args.map((a) => `(double)${this.write(a)}`);
      return this.half(dtype, `((${cType(dtype)})${math(...doubles)})`);
    }
    switch (op) {
      case builtin.likely:
      case builtin.checkReturn:
      case builtin.threadContext:
        return arg(0);
      case builtin.ifThenElse:
        return this.choice(args[0]!, args[1]!, args[2]!);
      case builtin.bitwiseAnd:
        return this.operator(args[0]!, "&", args[1]!);
      case builtin.bitwiseOr:
        return this.operator(args[0]!, "|", args[1]!);
      case builtin.bitwiseXor:
        return this.operator(args[0]!, "^", args[1]!);
      case builtin.bitwiseNot:
        return isBool(dtype) ? `!${arg(0)}` : this.narrow(dtype, `(~${arg(0)})`);
      case builtin.shiftLeft:
        return this.narrow(dtype, this.operator(args[0]!, "<<", args[1]!));
      case builtin.shiftRight:
        return this.operator(args[0]!, ">>", args[1]!);
      case builtin.isnan:
        return `(${arg(0)} != ${arg(0)})`;
      case builtin.isNullptr:
        return `(${arg(0)} == NULL)`;
      case builtin.addressOf: {
        const [load] = args;
        if (load?.kind !== "BufferLoad")
          throw new UsageError("build-operator", "address_of takes a buffer element");
        return `(&${this.element(load.buffer, load.indices)})`;
      }
      case builtin.accessPtr: {
        const bytes = `(${arg(2)}) * ${bytesOf(args[0]!.dtype)}`;
        return `((void*)((char*)${arg(1)} + ${bytes}))`;
      }
      case builtin.callExtern:
      case builtin.callPureExtern:
        return this.extern(call);
      default:
        throw new UsageError(
          "build-operator",
          `target c cannot run ${op}, in ${printExpr(call)}; the target that defines the operator ` +
            `must define a lowering for it`,
        );
    }
  }

  private extern({ dtype, args }: Call): string {
    const [name, ...values] = args as [PrimExpr, ...PrimExpr[]];
    if (name.kind !== "StringImm")
      throw new UsageError("build-operator", "the first argument of call_extern must be a name");
    const types = values.map((v) => (v.kind === "StringImm" ? "const char*" : cType(v.dtype)));
    this.unit.declareExtern(name.value, cType(dtype), types);
    return `${name.value}(${values.map((value) => this.write(value)).join(", ")})`;
  }
}

/** Functions of `math.h` on doubles. */
const MATH: ReadonlyMap<Op, (...x: string[]) => string> = new Map([
  ...(
    [
      ["fabs", "floor", "ceil", "trunc", "nearbyint", "sqrt", "exp", "exp2", "erf"],
      ["tanh", "log", "log2", "log10", "log1p", "tan", "cos", "cosh", "sin", "sinh", "asin"],
      ["acos", "atan", "acosh", "asinh", "atanh", "pow", "fmod", "atan2", "hypot", "copysign"],
      ["nextafter"],
    ] as (keyof typeof builtin)[][]
  )
    .flat()
    .map((name) => [builtin[name], (...x: string[]) => `${name}(${x.join(", ")})`] as const),
  [builtin.round, (x: string) => `nearbyint(${x})`] as const,
  [builtin.exp10, (x: string) => `pow(10.0, ${x})`] as const,
  [builtin.sigmoid, (x: string) => `(1.0 / (1.0 + exp(-(${x}))))`] as const,
  [builtin.rsqrt, (x: string) => `(1.0 / sqrt(${x}))`] as const,
  [builtin.fma, (x: string, y: string, z: string) => `(${x} * ${y} + ${z})`] as const,
  [builtin.ldexp, (x: string, n: string) => `ldexp(${x}, (int)${n})`] as const,
]);

function integerText(value: number, dtype: DataType): string {
  const { bits, code } = dtypeInfo(dtype);
  if (!isInteger(dtype) || bits === 1) return String(value);
  if (bits === 64) {
    const whole = exactInteger(value, dtype);
    if (code === "uint") return `UINT64_C(${whole})`;
    return whole === -(2n ** 63n) ? "INT64_MIN" : `INT64_C(${whole})`;
  }
  if (bits === 32 && value === -(2 ** 31)) return "INT32_MIN";
  const text = code === "uint" && bits === 32 ? `${value}u` : String(value);
  return bits < 32 ? `((${cType(dtype)})${text})` : value < 0 ? `(${text})` : text;
}

function floatText(value: number, dtype: DataType): string {
  if (Number.isNaN(value)) return "NAN";
  if (!Number.isFinite(value)) return value < 0 ? "(-INFINITY)" : "INFINITY";
  const exact = bytesOf(dtype) === 8 ? value : Math.fround(value);
  const digits = Object.is(exact, -0) ? "-0" : String(exact);
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  const typed = bytesOf(dtype) === 8 ? text : `${text}f`;
  return value < 0 || Object.is(exact, -0) ? `(${typed})` : typed;
}
