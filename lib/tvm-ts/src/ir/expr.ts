/**
 * Expressions: immutable nodes that compute one value (a scalar or a short vector).
 *
 * Each class has a literal `kind`, and `PrimExpr` is their union, so the compiler checks that a
 * `switch` over `kind` is complete. Constructors do not fold: `new Add(a, b)` is always an `Add`. The
 * methods for users (`a.add(b)`) are those of `Operand`.
 *
 * A constructor's parameters are the node's fields in the order of the shape table (`shapes.ts`).
 */

import { InternalError, type Span } from "../support";
import type { Buffer } from "./buffer";
import { dtypeInfo, lanesOf, vectorOf, type DataType } from "./dtype";
import type { Op } from "./op";
import { Operand, operators } from "./operand";
import type { VarOrigin } from "./var-origin";

abstract class Expression extends Operand {
  abstract readonly kind: string;
  abstract readonly dtype: DataType;
  readonly span: Span | undefined;
  /** @internal The cached result of `exprHash`. */
  hash = 0;
  /** @internal The cached result of `featuresOf`. */
  features = 0;
  /** @internal The cached result of `exprSize`. */
  size = 0;

  constructor(span?: Span) {
    super();
    this.span = span;
  }

  override asExpr(): PrimExpr {
    return this as unknown as PrimExpr;
  }

  /** The reference's text, with the type of each variable at its first occurrence. */
  override toString(): string {
    return operators.print(this);
  }
}
export type { Expression };

// Leaves ----------------------------------------------------------------------------------------

/** The element type and scope to which a buffer's variable points. */
export interface PointerType {
  readonly element: DataType;
  /** `global`, `local.acc_buffer`, ...; empty when it is not specified. */
  readonly scope: string;
}

/** The fields in which a variable differs from the variable it replaces. */
export type VarChanges = Partial<Pick<Var, "name" | "dtype" | "pointer" | "origin">>;

/** A variable, identified by the object; the name is only used for printing. */
export class Var extends Expression {
  readonly kind = "Var";
  readonly dtype: DataType;

  constructor(
    readonly name: string,
    dtype: DataType = "int32",
    /** Set when this is the data pointer of a buffer; `dtype` is then `handle`. */
    readonly pointer?: PointerType,
    /** Set for a size, which is not negative. */
    readonly isSize = false,
    span?: Span,
    /** The origin of a loop variable in the schedule. */
    readonly origin?: VarOrigin,
  ) {
    super(span);
    this.dtype = dtype;
  }

  /** A variable to replace this variable, with the same span and origin. */
  replacement(changes: VarChanges = {}): Var {
    const { name = this.name, dtype = this.dtype } = changes;
    const { pointer = this.pointer, origin = this.origin } = changes;
    return new Var(name, dtype, pointer, this.isSize, this.span, origin);
  }
}

/** An integer or boolean constant. Exact up to 2^53, and for powers of two. */
export class IntImm extends Expression {
  readonly kind = "IntImm";
  readonly dtype: DataType;

  constructor(
    readonly value: number,
    dtype: DataType = "int32",
    span?: Span,
  ) {
    super(span);
    this.dtype = dtype;
  }
}

export class FloatImm extends Expression {
  readonly kind = "FloatImm";
  readonly dtype: DataType;

  constructor(
    readonly value: number,
    dtype: DataType = "float32",
    span?: Span,
  ) {
    super(span);
    this.dtype = dtype;
  }
}

export class StringImm extends Expression {
  readonly kind = "StringImm";
  readonly dtype: DataType = "handle";

  constructor(
    readonly value: string,
    span?: Span,
  ) {
    super(span);
  }
}

// Arithmetic and logic --------------------------------------------------------------------------

/** The operators on two expressions. */
export type OperatorKind = ArithmeticKind | ComparisonKind | "And" | "Or";
type ArithmeticKind =
  "Add" | "Sub" | "Mul" | "Div" | "Mod" | "FloorDiv" | "FloorMod" | "Min" | "Max";
type ComparisonKind = "EQ" | "NE" | "LT" | "LE" | "GT" | "GE";

/**
 * An operator on two expressions of one type. All operators are objects of this one class, so that
 * JavaScript engines read their fields at fixed places in code that handles several operators.
 */
export class Operator<K extends OperatorKind = OperatorKind> extends Expression {
  readonly dtype: DataType;

  constructor(
    readonly kind: K,
    readonly a: PrimExpr,
    readonly b: PrimExpr,
    span?: Span,
  ) {
    super(span);
    const { dtype } = a;
    if (dtype !== b.dtype) {
      throw new InternalError(`${kind} has operands of types ${dtype} and ${b.dtype}`);
    }
    this.dtype = isComparisonKind(kind) ? vectorOf("bool", lanesOf(dtype)) : dtype;
  }
}

/** @internal Whether a kind is that of a comparison. */
export function isComparisonKind(kind: string): kind is CompareExpr["kind"] {
  switch (kind) {
    case "EQ":
    case "NE":
    case "LT":
    case "LE":
    case "GT":
    case "GE":
      return true;
    default:
      return false;
  }
}

/** The operators of one kind, for `new Add(a, b)` and `expr instanceof Add`. */
export interface OperatorClass<K extends OperatorKind> {
  new (a: PrimExpr, b: PrimExpr, span?: Span): Operator<K>;
  [Symbol.hasInstance](value: unknown): value is Operator<K>;
}

function operatorClass<K extends OperatorKind>(kind: K): OperatorClass<K> {
  const create = function (a: PrimExpr, b: PrimExpr, span?: Span): Operator<K> {
    return new Operator(kind, a, b, span);
  };
  const isOfKind = (value: unknown): boolean => value instanceof Operator && value.kind === kind;
  Object.defineProperty(create, "name", { value: kind });
  Object.defineProperty(create, Symbol.hasInstance, { value: isOfKind });
  return create as unknown as OperatorClass<K>;
}

export const Add = operatorClass("Add");
export type Add = Operator<"Add">;
export const Sub = operatorClass("Sub");
export type Sub = Operator<"Sub">;
export const Mul = operatorClass("Mul");
export type Mul = Operator<"Mul">;
/** Division: toward zero for integers. */
export const Div = operatorClass("Div");
export type Div = Operator<"Div">;
/** The remainder of `Div`. */
export const Mod = operatorClass("Mod");
export type Mod = Operator<"Mod">;
export const FloorDiv = operatorClass("FloorDiv");
export type FloorDiv = Operator<"FloorDiv">;
export const FloorMod = operatorClass("FloorMod");
export type FloorMod = Operator<"FloorMod">;
export const Min = operatorClass("Min");
export type Min = Operator<"Min">;
export const Max = operatorClass("Max");
export type Max = Operator<"Max">;
export const EQ = operatorClass("EQ");
export type EQ = Operator<"EQ">;
export const NE = operatorClass("NE");
export type NE = Operator<"NE">;
export const LT = operatorClass("LT");
export type LT = Operator<"LT">;
export const LE = operatorClass("LE");
export type LE = Operator<"LE">;
export const GT = operatorClass("GT");
export type GT = Operator<"GT">;
export const GE = operatorClass("GE");
export type GE = Operator<"GE">;
/**
 * The target decides whether the second operand is always evaluated; operands have no side effects.
 */
export const And = operatorClass("And");
export type And = Operator<"And">;
export const Or = operatorClass("Or");
export type Or = Operator<"Or">;

export class Not extends Expression {
  readonly kind = "Not";
  readonly dtype: DataType;

  constructor(
    readonly a: PrimExpr,
    span?: Span,
  ) {
    super(span);
    this.dtype = a.dtype;
  }
}

/** One of two values by a condition; both are evaluated. (`if_then_else` evaluates only one.) */
export class Select extends Expression {
  readonly kind = "Select";
  readonly dtype: DataType;

  constructor(
    readonly condition: PrimExpr,
    readonly trueValue: PrimExpr,
    readonly falseValue: PrimExpr,
    span?: Span,
  ) {
    super(span);
    this.dtype = trueValue.dtype;
  }
}

export class Cast extends Expression {
  readonly kind = "Cast";
  readonly dtype: DataType;

  constructor(
    dtype: DataType,
    readonly value: PrimExpr,
    span?: Span,
  ) {
    super(span);
    this.dtype = dtype;
  }
}

// Memory and calls ------------------------------------------------------------------------------

export class BufferLoad extends Expression {
  readonly kind = "BufferLoad";
  readonly dtype: DataType;

  constructor(
    readonly buffer: Buffer,
    readonly indices: readonly PrimExpr[],
    span?: Span,
  ) {
    super(span);
    // A vector index reads one element (possibly a vector) for each lane.
    const last = indices[indices.length - 1];
    const lanes = last === undefined ? 1 : lanesOf(last.dtype);
    this.dtype = lanes === 1 ? buffer.dtype : vectorOf(buffer.dtype, lanes * lanesOf(buffer.dtype));
  }
}

/** A producer of a tensor's values, such as `te.Tensor`. */
export interface DataProducer {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly PrimExpr[];
}

/** A read of a tensor, before tensors are replaced by buffers. */
export class ProducerLoad extends Expression {
  readonly kind = "ProducerLoad";
  readonly dtype: DataType;

  constructor(
    readonly producer: DataProducer,
    readonly indices: readonly PrimExpr[],
    span?: Span,
  ) {
    super(span);
    this.dtype = producer.dtype;
  }
}

/** `[base, base + stride, ..., base + stride * (lanes - 1)]` */
export class Ramp extends Expression {
  readonly kind = "Ramp";
  readonly dtype: DataType;

  constructor(
    readonly base: PrimExpr,
    readonly stride: PrimExpr,
    readonly lanes: number,
    span?: Span,
  ) {
    super(span);
    this.dtype = vectorOf(base.dtype, lanes);
  }
}

/** One value in every lane. */
export class Broadcast extends Expression {
  readonly kind = "Broadcast";
  readonly dtype: DataType;

  constructor(
    readonly value: PrimExpr,
    readonly lanes: number,
    span?: Span,
  ) {
    super(span);
    this.dtype = vectorOf(value.dtype, lanes);
  }
}

/** Lanes of the concatenated `vectors`, picked by constant `indices`. */
export class Shuffle extends Expression {
  readonly kind = "Shuffle";
  readonly dtype: DataType;

  constructor(
    readonly vectors: readonly PrimExpr[],
    readonly indices: readonly PrimExpr[],
    span?: Span,
  ) {
    super(span);
    this.dtype = vectorOf(vectors[0]!.dtype, indices.length);
  }
}

export class Let extends Expression {
  readonly kind = "Let";
  readonly dtype: DataType;

  constructor(
    readonly var_: Var,
    readonly value: PrimExpr,
    readonly body: PrimExpr,
    span?: Span,
  ) {
    super(span);
    this.dtype = body.dtype;
  }
}

export class Call extends Expression {
  readonly kind = "Call";
  readonly dtype: DataType;

  constructor(
    dtype: DataType,
    readonly op: Op,
    readonly args: readonly PrimExpr[],
    span?: Span,
  ) {
    super(span);
    this.dtype = dtype;
  }
}

// Reductions ------------------------------------------------------------------------------------

/** `[min, min + extent)` */
export class Range {
  constructor(
    readonly min: PrimExpr,
    readonly extent: PrimExpr,
  ) {}

  /** `range(min=0, ext=8)`, as the reference writes it. */
  toString(): string {
    return `range(min=${operators.repr(this.min)}, ext=${operators.repr(this.extent)})`;
  }
}

/** The role of an iteration variable in its operation. */
export type IterType =
  | "DataPar"
  | "ThreadIndex"
  | "CommReduce"
  | "Ordered"
  | "Opaque"
  | "Unrolled"
  | "Vectorized"
  | "Parallelized"
  | "Tensorized";

/**
 * An iteration variable: an axis of an operation, of a schedule, or a thread index. In arithmetic it
 * is used as its variable.
 */
export class IterVar extends Operand {
  constructor(
    /** Undefined if it is not yet known (axes made by `split` and `fuse`, thread axes). */
    readonly dom: Range | undefined,
    readonly var_: Var,
    readonly iterType: IterType,
    readonly threadTag = "",
    readonly span?: Span,
  ) {
    super();
  }

  override asExpr(): PrimExpr {
    return this.var_;
  }

  get name(): string {
    return this.var_.name;
  }

  /** The same axis (the same variable) over another domain. */
  withDom(dom: Range | undefined): IterVar {
    return new IterVar(dom, this.var_, this.iterType, this.threadTag, this.span);
  }

  /** `iter_var(i, range(min=0, ext=8))`, as the reference writes it. */
  override toString(): string {
    const dom = this.dom === undefined ? "" : this.dom.toString();
    const tag = this.threadTag === "" ? "" : `, ${this.threadTag}`;
    return `iter_var(${this.name}, ${dom}${tag})`;
  }
}

/**
 * How partial results combine: `result[i]` over the variables `lhs` and `rhs`, with `identity[i]` the
 * neutral element.
 */
export class CommReducer {
  constructor(
    readonly lhs: readonly Var[],
    readonly rhs: readonly Var[],
    readonly result: readonly PrimExpr[],
    readonly identity: readonly PrimExpr[],
  ) {}
}

/** One component (`valueIndex`) of a reduction over `axis`, where `condition` holds. */
export class Reduce extends Expression {
  readonly kind = "Reduce";
  readonly dtype: DataType;

  constructor(
    readonly combiner: CommReducer,
    readonly source: readonly PrimExpr[],
    readonly init: readonly PrimExpr[],
    readonly axis: readonly IterVar[],
    readonly condition: PrimExpr,
    readonly valueIndex: number,
    span?: Span,
  ) {
    super(span);
    this.dtype = source[valueIndex]!.dtype;
  }
}

// The union -------------------------------------------------------------------------------------

export type OperatorExpr = BinaryExpr | CompareExpr | And | Or;
export type BinaryExpr = Add | Sub | Mul | Div | Mod | FloorDiv | FloorMod | Min | Max;
export type CompareExpr = EQ | NE | LT | LE | GT | GE;

export type PrimExpr =
  | Var
  | IntImm
  | FloatImm
  | StringImm
  | OperatorExpr
  | Not
  | Select
  | Cast
  | BufferLoad
  | ProducerLoad
  | Ramp
  | Broadcast
  | Shuffle
  | Let
  | Call
  | Reduce;

/** An operator of a variable kind. */
export function newOperator(
  kind: OperatorKind,
  a: PrimExpr,
  b: PrimExpr,
  span?: Span,
): OperatorExpr {
  return new Operator(kind, a, b, span) as OperatorExpr;
}

/** Whether a node is an operator on two expressions, `a` and `b`. */
export function isBinary(node: object): node is OperatorExpr {
  return node instanceof Operator;
}

/** Whether a value of unknown origin is an expression node. */
export function isExpr(value: unknown): value is PrimExpr {
  return value instanceof Expression;
}

/** The type of a comparison of values of type `dtype`. */
export function boolLike(dtype: DataType): DataType {
  return vectorOf("bool", dtypeInfo(dtype).lanes);
}
