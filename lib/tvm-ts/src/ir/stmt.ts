/**
 * Statements: immutable nodes that are executed. As in `expr.ts`, `Stmt` is the union of the classes,
 * and constructor parameters are the fields in the order of the shape table.
 */

import type { AttrKey } from "./attr-keys";
import type { Span } from "../support";
import type { Buffer } from "./buffer";
import type { DataType } from "./dtype";
import {
  IntImm,
  type CommReducer,
  type DataProducer,
  type IterVar,
  type PrimExpr,
  type Range,
  type StringImm,
  type Var,
} from "./expr";

abstract class Statement {
  abstract readonly kind: string;
  /** @internal The cached result of `featuresOf`. */
  features = 0;

  constructor(readonly span?: Span) {}
}
export type { Statement };

/** Annotations of a loop or an allocation, for passes and targets. */
export type Annotations = Readonly<Record<string, PrimExpr>>;

/** The node of an `AttrStmt`. */
export type AttrNode =
  PrimExpr | IterVar | Buffer | DataProducer | CommReducer | readonly (Buffer | DataProducer)[];

/** `let var = value; body` */
export class LetStmt extends Statement {
  readonly kind = "LetStmt";
  constructor(
    readonly var_: Var,
    readonly value: PrimExpr,
    readonly body: Stmt,
    span?: Span,
  ) {
    super(span);
  }
}

/** The attribute `key = value` of `node` within `body`; passes define the meaning of keys. */
export class AttrStmt extends Statement {
  readonly kind = "AttrStmt";
  constructor(
    readonly node: AttrNode,
    readonly key: AttrKey,
    readonly value: PrimExpr,
    readonly body: Stmt,
    span?: Span,
  ) {
    super(span);
  }
}

export class IfThenElse extends Statement {
  readonly kind = "IfThenElse";
  constructor(
    readonly condition: PrimExpr,
    readonly thenCase: Stmt,
    readonly elseCase?: Stmt,
    span?: Span,
  ) {
    super(span);
  }
}

export type ForKind = "serial" | "parallel" | "vectorized" | "unrolled" | "thread_binding";

/** `for (loopVar = min; loopVar < min + extent; ++loopVar) body` */
export class For extends Statement {
  readonly kind = "For";
  constructor(
    readonly loopVar: Var,
    readonly min: PrimExpr,
    readonly extent: PrimExpr,
    readonly forKind: ForKind,
    readonly body: Stmt,
    readonly threadBinding?: IterVar,
    readonly annotations: Annotations = {},
    span?: Span,
  ) {
    super(span);
  }
}

export class While extends Statement {
  readonly kind = "While";
  constructor(
    readonly condition: PrimExpr,
    readonly body: Stmt,
    span?: Span,
  ) {
    super(span);
  }
}

/** Memory of `extents` elements of `dtype`, live within `body`. */
export class Allocate extends Statement {
  readonly kind = "Allocate";
  constructor(
    readonly bufferVar: Var,
    readonly dtype: DataType,
    readonly extents: readonly PrimExpr[],
    readonly condition: PrimExpr,
    readonly body: Stmt,
    readonly annotations: Annotations = {},
    span?: Span,
  ) {
    super(span);
  }
}

export class BufferStore extends Statement {
  readonly kind = "BufferStore";
  constructor(
    readonly buffer: Buffer,
    readonly value: PrimExpr,
    readonly indices: readonly PrimExpr[],
    span?: Span,
  ) {
    super(span);
  }
}

/**
 * The part of a multi-dimensional buffer that `body` needs; StorageFlatten turns it into an
 * allocation.
 */
export class BufferRealize extends Statement {
  readonly kind = "BufferRealize";
  constructor(
    readonly buffer: Buffer,
    readonly bounds: readonly Range[],
    readonly condition: PrimExpr,
    readonly body: Stmt,
    span?: Span,
  ) {
    super(span);
  }
}

/** A write to a tensor, before tensors are replaced by buffers. */
export class ProducerStore extends Statement {
  readonly kind = "ProducerStore";
  constructor(
    readonly producer: DataProducer,
    readonly value: PrimExpr,
    readonly indices: readonly PrimExpr[],
    span?: Span,
  ) {
    super(span);
  }
}

export class ProducerRealize extends Statement {
  readonly kind = "ProducerRealize";
  constructor(
    readonly producer: DataProducer,
    readonly bounds: readonly Range[],
    readonly condition: PrimExpr,
    readonly body: Stmt,
    readonly storageScope: string,
    span?: Span,
  ) {
    super(span);
  }
}

/** Prefetches a region into the cache. */
export class Prefetch extends Statement {
  readonly kind = "Prefetch";
  constructor(
    readonly buffer: Buffer,
    readonly bounds: readonly Range[],
    span?: Span,
  ) {
    super(span);
  }
}

/** `condition` holds throughout `body`, or the program stops with `message`. */
export class AssertStmt extends Statement {
  readonly kind = "AssertStmt";
  constructor(
    readonly condition: PrimExpr,
    readonly message: StringImm,
    readonly body: Stmt,
    span?: Span,
  ) {
    super(span);
  }
}

/** Two statements or more, one after another. */
export class SeqStmt extends Statement {
  readonly kind = "SeqStmt";
  constructor(
    readonly seq: readonly Stmt[],
    span?: Span,
  ) {
    super(span);
  }
}

/** Evaluates an expression for its effect. */
export class Evaluate extends Statement {
  readonly kind = "Evaluate";
  constructor(
    readonly value: PrimExpr,
    span?: Span,
  ) {
    super(span);
  }
}

export type Stmt =
  | LetStmt
  | AttrStmt
  | IfThenElse
  | For
  | While
  | Allocate
  | BufferStore
  | BufferRealize
  | ProducerStore
  | ProducerRealize
  | Prefetch
  | AssertStmt
  | SeqStmt
  | Evaluate;

/** Whether a value of unknown origin is a statement node. */
export function isStmt(value: unknown): value is Stmt {
  return value instanceof Statement;
}

/** The statement that does nothing. */
export function noOp(): Evaluate {
  return new Evaluate(new IntImm(0));
}

/** Whether a statement is `Evaluate` of a constant. */
export function isNoOp(stmt: Stmt): boolean {
  return stmt.kind === "Evaluate" && stmt.value.kind === "IntImm";
}

/**
 * The statements in order as one: nested sequences are flattened, and a single statement is returned
 * as it is.
 */
export function flattenSeq(...stmts: readonly (Stmt | undefined)[]): Stmt {
  const flat: Stmt[] = [];
  const splice = (stmt: Stmt | undefined): void => {
    if (stmt === undefined) return;
    if (stmt.kind === "SeqStmt") stmt.seq.forEach(splice);
    else flat.push(stmt);
  };
  stmts.forEach(splice);
  return flat.length === 1 ? flat[0]! : new SeqStmt(flat);
}
