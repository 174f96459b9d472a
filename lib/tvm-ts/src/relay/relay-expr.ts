/**
 * The graph of a network: variables, constants, calls of operators or of functions, tuples.
 *
 * Nodes are immutable and typed at construction; several readers share a node, so the expressions
 * form a graph. Text format and passes follow Relay.
 */

import { UsageError } from "../support";
import { HostTensor, MAX_ELEMENTS } from "./host-tensor";
import type { Attrs, Op } from "./relay-op";
import { sameType, TupleType, UnknownType, type TensorType, type Type } from "./type";

/** An input of a function. */
export class Var {
  readonly kind = "var";
  constructor(
    readonly name: string,
    readonly type: Type,
  ) {}
}

/** A constant: weights, and numbers that passes insert. */
export class Constant {
  readonly kind = "constant";
  readonly type: TensorType;
  constructor(readonly value: HostTensor) {
    this.type = value.type;
  }
}

/** A call of an operator, or of a function that a pass created. */
export class Call {
  readonly kind = "call";
  readonly type: Type;

  /**
   * @param origin the source node in the file, for error messages
   * @throws UsageError when the operator does not accept arguments of these types.
   */
  constructor(
    readonly op: Op | Func,
    readonly args: readonly Expr[],
    readonly attrs: Attrs = {},
    readonly origin?: string,
  ) {
    this.type = op instanceof Func ? op.resultType(args) : typeOfCall(op, args, attrs, origin);
  }

  /** The same operator on other arguments. */
  withArgs(args: readonly Expr[]): Call {
    return new Call(this.op, args, this.attrs, this.origin);
  }
}

export class Tuple {
  readonly kind = "tuple";
  readonly type: TupleType;
  constructor(readonly fields: readonly Expr[]) {
    this.type = new TupleType(fields.map((field) => field.type));
  }
}

export class TupleGetItem {
  readonly kind = "tuple_get_item";
  readonly type: Type;
  constructor(
    readonly tuple: Expr,
    readonly index: number,
  ) {
    const { type } = tuple;
    if (type.kind === "unknown") this.type = type;
    else if (type.kind === "tuple" && index < type.fields.length) this.type = type.fields[index]!;
    else throw new UsageError("network-value", `${type} has no field ${index}`);
  }
}

/** A network, or a part of one that is compiled as a whole (`primitive`). */
export class Func {
  readonly kind = "function";
  readonly type: Type;
  constructor(
    readonly params: readonly Var[],
    readonly body: Expr,
    readonly primitive = false,
  ) {
    this.type = body.type;
  }

  /** @throws UsageError when the arguments' types do not match the parameters. */
  resultType(args: readonly Expr[]): Type {
    this.params.forEach((param, i) => {
      const given = args[i]?.type;
      if (given === undefined || !sameType(given, param.type)) {
        throw new UsageError(
          "network-input",
          `parameter ${param.name} must be ${param.type}, not ${given}`,
        );
      }
    });
    return this.body.type;
  }
}

export type Expr = Var | Constant | Call | Tuple | TupleGetItem | Func;

function typeOfCall(op: Op, args: readonly Expr[], attrs: Attrs, origin?: string): Type {
  const types = args.map((arg) => arg.type);
  const unknown = types.flatMap(unknownIn)[0];
  if (unknown !== undefined) return unknown;
  try {
    return checkedSize(op.inferType(types, attrs));
  } catch (error) {
    if (!(error instanceof UsageError) || origin === undefined) throw error;
    throw new UsageError(error.code, `${origin}: ${error.sentence}`, { cause: error });
  }
}

/** @throws UsageError when the value is too large for memory. */
function checkedSize(type: Type): Type {
  if (type.kind === "tensor" && type.size > MAX_ELEMENTS) {
    throw new UsageError(
      "network-value",
      `its result ${type} has more than ${MAX_ELEMENTS} elements`,
    );
  }
  return type;
}

function unknownIn(type: Type): UnknownType[] {
  if (type.kind === "unknown") return [type];
  return type.kind === "tuple" ? type.fields.flatMap(unknownIn) : [];
}

/** A constant scalar. */
export function constant(value: number, dtype: TensorType["dtype"]): Constant {
  return new Constant(HostTensor.scalar(value, dtype));
}

/** The value of a constant scalar. */
export function scalarValue(expr: Expr): number {
  if (expr.kind === "constant" && expr.value.size === 1) return expr.value.data[0]!;
  throw new UsageError(
    "network-value",
    `expected a scalar constant, not a ${expr.kind} of ${expr.type}`,
  );
}

/** Whether an expression is a constant or a tuple of constants. */
export function isConstant(expr: Expr): boolean {
  return expr.kind === "constant" || (expr.kind === "tuple" && expr.fields.every(isConstant));
}
