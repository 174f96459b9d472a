/** Compiles expressions to closures that return their value. */

import {
  builtin,
  dtypeInfo,
  elementOf,
  exactInteger,
  isFloat,
  lanesOf,
  type Buffer,
  type Call,
  type Cast,
  type DataType,
  type Op,
  type PrimExpr,
  type Ramp,
  type Var,
} from "../../ir";
import { assertNever, InternalError, UsageError } from "../../support";
import { floatFunctions } from "./math";
import { InterpreterMemory, Pointer, readElement } from "./interpreter-memory";
import { arithmeticOf, type ScalarArithmetic, type ScalarValue } from "./scalar";

/** A scalar, the lanes of a vector, an address, or a text. */
export type InterpreterValue = ScalarValue | readonly ScalarValue[] | Pointer | string;

/** Returns an expression's value at the current point of execution. */
export type Code<T extends InterpreterValue = InterpreterValue> = () => T;

/** A C function that a program calls. */
export type Extern = (...args: InterpreterValue[]) => InterpreterValue | void;

/** Where a variable's value is kept while the program runs. */
export interface VariableSlot {
  value: InterpreterValue | undefined;
}

/** Where the elements of a buffer are. */
export interface ElementPlace {
  /** The element's index, in elements of the buffer's type. */
  readonly index: Code;
  readonly memory: () => InterpreterMemory;
  readonly dtype: DataType;
}

export class ExpressionCompiler {
  private readonly slots = new Map<Var, VariableSlot>();
  /** The active lanes; all if undefined. */
  private lanes: readonly boolean[] | undefined;

  constructor(
    private readonly externs: Readonly<Record<string, Extern>>,
    private readonly operators: ReadonlyMap<Op, Extern>,
    /** The flat index of an access. */
    private readonly locate: (buffer: Buffer, indices: readonly PrimExpr[]) => Code,
  ) {}

  slotOf(variable: Var): VariableSlot {
    let slot = this.slots.get(variable);
    if (slot === undefined) this.slots.set(variable, (slot = { value: undefined }));
    return slot;
  }

  /** Compiles an expression of scalar type. */
  scalar(expr: PrimExpr): Code<ScalarValue> {
    return this.compile(expr) as Code<ScalarValue>;
  }

  compile(expr: PrimExpr): Code {
    switch (expr.kind) {
      case "Var":
        return this.variable(expr);
      case "IntImm": {
        const value = arithmeticOf(expr.dtype).convert(exactInteger(expr.value, expr.dtype));
        return () => value;
      }
      case "FloatImm": {
        const value = arithmeticOf(expr.dtype).convert(expr.value);
        return () => value;
      }
      case "StringImm":
        return () => expr.value;
      case "Add":
        return this.binary(expr, arithmeticOf(expr.dtype).add);
      case "Sub":
        return this.binary(expr, arithmeticOf(expr.dtype).sub);
      case "Mul":
        return this.binary(expr, arithmeticOf(expr.dtype).mul);
      case "Div":
        return this.binary(expr, arithmeticOf(expr.dtype).div);
      case "Mod":
        return this.binary(expr, arithmeticOf(expr.dtype).mod);
      case "FloorDiv":
        return this.binary(expr, arithmeticOf(expr.dtype).floorDiv);
      case "FloorMod":
        return this.binary(expr, arithmeticOf(expr.dtype).floorMod);
      case "Min":
        return this.binary(expr, (a, b) => (a < b ? a : b));
      case "Max":
        return this.binary(expr, (a, b) => (a > b ? a : b));
      case "EQ":
        return this.binary(expr, (a, b) => (a === b ? 1 : 0));
      case "NE":
        return this.binary(expr, (a, b) => (a !== b ? 1 : 0));
      case "LT":
        return this.binary(expr, (a, b) => (a < b ? 1 : 0));
      case "LE":
        return this.binary(expr, (a, b) => (a <= b ? 1 : 0));
      case "GT":
        return this.binary(expr, (a, b) => (a > b ? 1 : 0));
      case "GE":
        return this.binary(expr, (a, b) => (a >= b ? 1 : 0));
      case "And":
      case "Or":
        return this.logic(expr);
      case "Not":
        return this.unary(expr, expr.a, (a) => (a === 0 ? 1 : 0));
      case "Select":
        return this.choice(expr.condition, expr.trueValue, expr.falseValue);
      case "Cast":
        return this.cast(expr);
      case "BufferLoad":
        return this.load(expr.dtype, this.place(expr.buffer, expr.indices));
      case "Ramp":
        return this.ramp(expr);
      case "Broadcast": {
        const value = this.compile(expr.value);
        const copies = Array.from({ length: expr.lanes });
        return () => copies.flatMap(() => value() as ScalarValue);
      }
      case "Shuffle": {
        const vectors = expr.vectors.map((vector) => this.compile(vector));
        const indices = expr.indices.map((index) => this.scalar(index));
        return () => {
          const lanes = vectors.flatMap((vector) => vector() as ScalarValue[]);
          const picked = indices.map((index) => lanes[Number(index())]!);
          return picked.length === 1 ? picked[0]! : picked;
        };
      }
      case "Let": {
        const value = this.compile(expr.value);
        const slot = this.slotOf(expr.var_);
        const body = this.compile(expr.body);
        return () => {
          slot.value = value();
          return body();
        };
      }
      case "Call":
        return this.call(expr);
      case "ProducerLoad":
      case "Reduce":
        throw new InternalError(`${expr.kind} cannot be interpreted; lower the schedule first`);
      default:
        return assertNever(expr);
    }
  }

  private variable(variable: Var): Code {
    const slot = this.slotOf(variable);
    return () => {
      if (slot.value === undefined)
        throw new UsageError("tir-undefined-variable", `variable ${variable.name} has no value`);
      return slot.value;
    };
  }

  private binary(
    expr: PrimExpr & { a: PrimExpr; b: PrimExpr },
    compute: (a: ScalarValue, b: ScalarValue) => ScalarValue,
  ): Code {
    const a = this.compile(expr.a);
    const b = this.compile(expr.b);
    if (lanesOf(expr.dtype) === 1) return () => compute(a() as ScalarValue, b() as ScalarValue);
    return () => {
      const right = b() as ScalarValue[];
      return (a() as ScalarValue[]).map((lane, i) => compute(lane, right[i]!));
    };
  }

  private unary(expr: PrimExpr, operand: PrimExpr, compute: (a: ScalarValue) => ScalarValue): Code {
    const a = this.compile(operand);
    if (lanesOf(expr.dtype) === 1) return () => compute(a() as ScalarValue);
    return () => (a() as ScalarValue[]).map(compute);
  }

  private cast(expr: Cast): Code {
    const { convert, fromFloat } = arithmeticOf(expr.dtype);
    const isNumber = isFloat(elementOf(expr.value.dtype));
    return this.unary(expr, expr.value, isNumber ? (x) => fromFloat(x as number) : convert);
  }

  /** Short-circuits; conditions have no effects, so the result is the same. */
  private logic(expr: PrimExpr & { kind: "And" | "Or"; a: PrimExpr; b: PrimExpr }): Code {
    if (lanesOf(expr.dtype) > 1) {
      return this.binary(
        expr,
        expr.kind === "And" ? (a, b) => Number(a) & Number(b) : (a, b) => Number(a) | Number(b),
      );
    }
    const a = this.compile(expr.a);
    const b = this.compile(expr.b);
    return expr.kind === "And" ? () => (a() === 0 ? 0 : b()) : () => (a() === 0 ? b() : 1);
  }

  /** Evaluates only the chosen value. */
  private choice(condition: PrimExpr, trueValue: PrimExpr, falseValue: PrimExpr): Code {
    const test = this.compile(condition);
    const a = this.compile(trueValue);
    const b = this.compile(falseValue);
    if (lanesOf(condition.dtype) === 1) return () => (test() === 0 ? b() : a());
    const zero = arithmeticOf(trueValue.dtype).convert(0);
    return () => {
      const chosen = (test() as ScalarValue[]).map((lane) => lane !== 0);
      const others = chosen.map((lane) => !lane);
      const whenTrue = this.inLanes(chosen, a) ?? chosen.map(() => zero);
      const whenFalse = this.inLanes(others, b) ?? chosen.map(() => zero);
      return chosen.map((lane, i) => (lane ? whenTrue : whenFalse)[i]!);
    };
  }

  /**
   * A vector's value with only some lanes active, `undefined` if none are; inactive lanes read no
   * memory.
   */
  private inLanes(lanes: readonly boolean[], value: Code): readonly ScalarValue[] | undefined {
    const outer = this.lanes;
    const inner = outer === undefined ? lanes : lanes.map((lane, i) => lane && outer[i]!);
    if (!inner.includes(true)) return undefined;
    this.lanes = inner;
    const result = value() as ScalarValue[];
    this.lanes = outer;
    return result;
  }

  private ramp(expr: Ramp): Code {
    const base = this.compile(expr.base);
    const stride = this.compile(expr.stride);
    const { add, mul, convert } = arithmeticOf(expr.dtype);
    const steps = Array.from({ length: expr.lanes }, (_, i) => convert(i));
    return () => {
      const first = base() as ScalarValue;
      const by = stride() as ScalarValue;
      return steps.map((step) => add(first, mul(by, step)));
    };
  }

  // Memory --------------------------------------------------------------------------------------

  place(buffer: Buffer, indices: readonly PrimExpr[]): ElementPlace {
    const slot = this.slotOf(buffer.data);
    const memory = (): InterpreterMemory => {
      if (slot.value instanceof Pointer) return slot.value.memory;
      throw new UsageError("tir-undefined-variable", `buffer ${buffer.name} has no memory`);
    };
    return { index: this.locate(buffer, indices), memory, dtype: buffer.dtype };
  }

  private load(dtype: DataType, { index, memory, dtype: stored }: ElementPlace): Code {
    const element = elementOf(stored);
    const width = lanesOf(stored);
    if (lanesOf(dtype) === 1) return () => readElement(memory(), element, Number(index()));
    return () => {
      const from = memory();
      const at = index();
      const starts = (Array.isArray(at) ? at : [at]) as ScalarValue[];
      return starts.flatMap((start, i) =>
        Array.from({ length: width }, (_, lane) =>
          this.lanes?.[i * width + lane] === false
            ? arithmeticOf(element).convert(0)
            : readElement(from, element, Number(start) * width + lane),
        ),
      );
    };
  }

  private pointer(memory: () => InterpreterMemory, dtype: DataType, offset: Code): Code {
    const { element, lanes } = dtypeInfo(dtype);
    return () => {
      const at = offset();
      const first = Array.isArray(at) ? (at[0] as ScalarValue) : (at as ScalarValue);
      return new Pointer(memory(), element, Number(first) * lanes);
    };
  }

  // Calls ---------------------------------------------------------------------------------------

  private call(call: Call): Code {
    const { op, args } = call;
    const custom = this.operators.get(op);
    if (custom !== undefined) return this.extern(custom, args);
    switch (op) {
      case builtin.ifThenElse:
        return this.choice(args[0]!, args[1]!, args[2]!);
      case builtin.likely:
      case builtin.threadContext:
        return this.compile(args[0]!);
      case builtin.callExtern:
      case builtin.callPureExtern:
        return this.namedExtern(args);
      case builtin.accessPtr: {
        const slot = this.slotOf(args[1] as Var);
        const memory = (): InterpreterMemory => (slot.value as Pointer).memory;
        return this.pointer(memory, args[0]!.dtype, this.compile(args[2]!));
      }
      case builtin.addressOf: {
        const load = args[0]!;
        if (load.kind !== "BufferLoad")
          throw new InternalError("address_of takes a buffer element");
        const { index, memory, dtype } = this.place(load.buffer, load.indices);
        return this.pointer(memory, dtype, index);
      }
      case builtin.prefetch:
      case builtin.tuple:
      case builtin.typeAnnotation:
        return () => 0;
      case builtin.isNullptr:
        return () => 0;
      case builtin.reinterpret:
        return this.reinterpret(call);
      case builtin.isnan:
        return this.unary(call, args[0]!, (x) => (Number.isNaN(x) ? 1 : 0));
      default:
        return this.pure(call);
    }
  }

  private extern(callee: Extern, args: readonly PrimExpr[]): Code {
    const values = args.map((arg) => this.compile(arg));
    return () => callee(...values.map((value) => value())) ?? 0;
  }

  private namedExtern([name, ...args]: readonly PrimExpr[]): Code {
    const text = name?.kind === "StringImm" ? name.value : "?";
    const callee = this.externs[text];
    if (callee === undefined) {
      throw new UsageError(
        "build-operator",
        `the program calls ${text}, which the interpreter does not have; pass it in externs`,
      );
    }
    return this.extern(callee, args);
  }

  /** The same bits as another type of the same width. */
  private reinterpret(call: Call): Code {
    const from = elementOf(call.args[0]!.dtype);
    const to = elementOf(call.dtype);
    const scratch = InterpreterMemory.allocate("int64", 1, "bits");
    const source = new Pointer(scratch, from, 0);
    const target = new Pointer(scratch, to, 0);
    return this.unary(call, call.args[0]!, (value) => {
      source.write(value);
      return target.read();
    });
  }

  private pure(call: Call): Code {
    const { op, args, dtype } = call;
    const arithmetic = arithmeticOf(dtype);
    const compute = integerOperator(op, arithmetic);
    const operands = args.map((arg) => this.compile(arg));
    if (compute !== undefined) return lanewise(dtype, operands, compute);
    const math = floatFunctions.get(op);
    if (math === undefined || !isFloat(dtype)) {
      throw new UsageError("build-operator", `operator ${op.name} cannot be interpreted`);
    }
    return lanewise(dtype, operands, (...values) =>
      arithmetic.convert(math(...values.map(Number))),
    );
  }
}

function lanewise(
  dtype: DataType,
  operands: readonly Code[],
  compute: (...values: ScalarValue[]) => ScalarValue,
): Code {
  const lanes = lanesOf(dtype);
  if (lanes === 1) return () => compute(...operands.map((operand) => operand() as ScalarValue));
  return () => {
    const values = operands.map((operand) => operand() as ScalarValue[]);
    return Array.from({ length: lanes }, (_, i) => compute(...values.map((value) => value[i]!)));
  };
}

function integerOperator(
  op: Op,
  a: ScalarArithmetic,
): ((...values: ScalarValue[]) => ScalarValue) | undefined {
  switch (op) {
    case builtin.shiftLeft:
      return (x, y) => a.shiftLeft(x!, a.convert(y!));
    case builtin.shiftRight:
      return (x, y) => a.shiftRight(x!, a.convert(y!));
    case builtin.bitwiseAnd:
      return (x, y) => a.bitwiseAnd(x!, y!);
    case builtin.bitwiseOr:
      return (x, y) => a.bitwiseOr(x!, y!);
    case builtin.bitwiseXor:
      return (x, y) => a.bitwiseXor(x!, y!);
    case builtin.bitwiseNot:
      return (x) => a.bitwiseNot(x!);
    case builtin.popcount:
      return (x) => a.convert(BigInt.asUintN(64, BigInt(x!)).toString(2).split("1").length - 1);
    default:
      return undefined;
  }
}
