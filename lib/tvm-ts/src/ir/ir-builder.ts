/**
 * Builds statements in the order in which they run, for the bodies of tensor intrinsics and of
 * external operations.
 *
 *     const ib = tir.irBuilder();
 *     const sum = ib.allocate("float32", 1, { name: "sum", scope: "local" });
 *     ib.forRange(0, n, { name: "i" }, (i) => {
 *       ib.ifScope(i.lt(8), () => sum.set(0, sum.get(0).add(1)));
 *     });
 *     const body = ib.get();
 */

import { attrKey } from "./attr-keys";
import { UsageError } from "../support";
import { declBuffer, type Buffer } from "./buffer";
import { canonicalDType, elementOf, isIndexType, type DataType } from "./dtype";
import { cast } from "./cast";
import { isZero, toExpr, trueImm } from "./constants";
import { BufferLoad, isExpr, Var, type PrimExpr } from "./expr";
import { Operand, type ExprLike } from "./operand";
import { floorDiv, floorMod, likely, max, sub } from "./ops";
import { printExpr } from "./print/text-printer";
import {
  Allocate,
  AttrStmt,
  BufferStore,
  Evaluate,
  For,
  IfThenElse,
  isStmt,
  LetStmt,
  noOp,
  SeqStmt,
  While,
  type AttrNode,
  type ForKind,
  type Stmt,
} from "./stmt";

/** A buffer of the builder: reading returns an expression, writing emits a statement. */
export class BufferVar {
  constructor(
    private readonly builder: IRBuilder,
    readonly buffer: Buffer,
  ) {}

  get dtype(): DataType {
    return this.buffer.dtype;
  }

  /** The element at these indices; a single index into several dimensions is row-major. */
  get(...indices: readonly ExprLike[]): PrimExpr {
    return new BufferLoad(this.buffer, this.indices(indices));
  }

  /**
   * Emits a store.
   * @throws UsageError when the value's type is not the buffer's type, or the number of indices is
   * wrong.
   */
  set(index: ExprLike | readonly ExprLike[], value: ExprLike): void {
    const indices = this.indices(Array.isArray(index) ? index : [index as ExprLike]);
    const expr = toExpr(value);
    if (elementOf(expr.dtype) !== elementOf(this.dtype)) {
      throw new UsageError(
        "tir-type-mismatch",
        `buffer ${this.buffer.name} holds ${this.dtype}; a value of type ${expr.dtype} cannot be ` +
          `stored in it, convert it with .astype("${this.dtype}")`,
      );
    }
    this.builder.emit(new BufferStore(this.buffer, expr, indices));
  }

  private indices(given: readonly ExprLike[]): PrimExpr[] {
    const { shape, name } = this.buffer;
    if (given.length === shape.length) return given.map((index) => toExpr(index));
    if (given.length !== 1) {
      throw new UsageError(
        "tir-index-count",
        `buffer ${name} has ${shape.length} dimensions, but is accessed with ${given.length} indices`,
      );
    }
    let rest = toExpr(given[0]!);
    const unraveled: PrimExpr[] = [];
    for (const dim of [...shape].reverse()) {
      unraveled.unshift(floorMod(rest, dim));
      rest = floorDiv(rest, dim);
    }
    return unraveled;
  }
}

export type LoopKind = "serial" | "parallel" | "vectorize" | "unroll";

const FOR_KIND: Readonly<Record<LoopKind, ForKind>> = {
  serial: "serial",
  parallel: "parallel",
  vectorize: "vectorized",
  unroll: "unrolled",
};

export interface ForRangeOptions {
  /** `i`, `j`, `k`, then `i_0`, `i_1`, ... if left out (or `i`). */
  readonly name?: string;
  readonly dtype?: string;
  readonly kind?: LoopKind;
}

/**
 * A statement, or a function that wraps the statements that follow it in its scope (`let`, `allocate`
 * and so on).
 */
type Emitted = Stmt | ((rest: Stmt) => Stmt);

export class IRBuilder {
  /** A list of statements for each open scope, innermost last. */
  private readonly scopes: Emitted[][] = [[]];
  private unnamedLoops = 0;

  /** Appends a statement to the current scope; a call is evaluated for its effect. */
  emit(stmt: Stmt | PrimExpr): void {
    if (!isStmt(stmt) && !isExpr(stmt)) {
      throw new UsageError("tir-builder", "emit needs a statement or a call");
    }
    this.append(isExpr(stmt) ? new Evaluate(stmt) : stmt);
  }

  /**
   * A loop from `begin` up to, not including, `end`; `body` takes the loop variable.
   * @throws UsageError when the bounds are not index-typed integers.
   */
  forRange(
    begin: ExprLike,
    end: ExprLike,
    options: ForRangeOptions,
    body: (loopVar: Var) => void,
  ): void {
    const min = toExpr(begin);
    const last = toExpr(end);
    for (const bound of [min, last]) {
      if (isIndexType(bound.dtype)) continue;
      throw new UsageError(
        "tir-builder",
        `a loop's bounds must be of type int32 or int64, but ${printExpr(bound)} is ${bound.dtype}`,
      );
    }
    const wide = min.dtype === "int64" || last.dtype === "int64";
    const dtype = canonicalDType(options.dtype ?? (wide ? "int64" : "int32"));
    const { name = "i" } = options;
    const loopVar = new Var(name === "i" ? this.nextLoopName() : name, dtype);
    const extent = isZero(min) ? last : sub(last, min);
    const kind = FOR_KIND[options.kind ?? "serial"];
    const inner = this.scoped(() => body(loopVar));
    this.append(new For(loopVar, cast(dtype, min), cast(dtype, extent), kind, inner));
  }

  private nextLoopName(): string {
    const n = this.unnamedLoops++;
    return n < 3 ? "ijk".charAt(n) : `i_${n - 3}`;
  }

  whileLoop(condition: ExprLike, body: () => void): void {
    this.append(new While(toExpr(condition), this.scoped(body)));
  }

  ifScope(condition: ExprLike, body: () => void): void {
    this.append(new IfThenElse(toExpr(condition), this.scoped(body)));
  }

  /**
   * The other branch of the `ifScope` directly before.
   * @throws UsageError when there is none.
   */
  elseScope(body: () => void): void {
    const scope = this.current;
    const previous = scope[scope.length - 1];
    if (
      typeof previous !== "object" ||
      previous.kind !== "IfThenElse" ||
      previous.elseCase !== undefined
    ) {
      throw new UsageError("tir-builder", "elseScope must follow an ifScope directly");
    }
    scope.pop();
    this.append(new IfThenElse(previous.condition, previous.thenCase, this.scoped(body)));
  }

  /** A block: attributes, allocations and lets made in it end with it. */
  newScope(body: () => void): void {
    this.append(this.scoped(body));
  }

  /** An attribute `key = value` of `node` for the rest of the current scope. */
  scopeAttr(node: AttrNode | string, key: string, value: ExprLike | string): void {
    const about = typeof node === "string" ? toExpr(node) : node;
    // A thread extent may be zero at run time; a launch needs at least one thread.
    const said = key === "thread_extent" ? max(1, value as ExprLike) : toExpr(value);
    this.append((rest) => new AttrStmt(about, attrKey(key), said, rest));
  }

  /** Binds a value to a variable for the rest of the current scope. */
  let(name: string, value: ExprLike): Var {
    const expr = toExpr(value);
    const variable = new Var(name, expr.dtype);
    this.append((rest) => new LetStmt(variable, expr, rest));
    return variable;
  }

  /** Allocates memory for the rest of the current scope. */
  allocate(
    dtype: string,
    shape: ExprLike | readonly ExprLike[],
    options: { readonly name?: string; readonly scope?: string } = {},
  ): BufferVar {
    const dims = (Array.isArray(shape) ? shape : [shape as ExprLike]).map((dim: ExprLike) =>
      toExpr(dim),
    );
    const buffer = declBuffer(dims, dtype, { name: "buf", ...options });
    this.append((rest) => new Allocate(buffer.data, buffer.dtype, buffer.shape, trueImm(), rest));
    return new BufferVar(this, buffer);
  }

  /** A pointer to `dtype` elements that the caller provides. */
  pointer(
    dtype: string,
    options: { readonly name?: string; readonly scope?: string } = {},
  ): BufferVar {
    return new BufferVar(this, declBuffer([1], dtype, { name: "ptr", ...options }));
  }

  /** An existing buffer, to read and write here. */
  bufferPtr(buffer: Buffer): BufferVar {
    return new BufferVar(this, buffer);
  }

  likely(condition: Operand): PrimExpr {
    return likely(condition);
  }

  /**
   * All emitted statements as one; the builder is empty afterwards.
   * @throws UsageError inside an open scope.
   */
  get(): Stmt {
    if (this.scopes.length !== 1)
      throw new UsageError(
        "tir-builder",
        "get() was called inside an open scope; call it after the scope",
      );
    const emitted = this.scopes[0]!.splice(0);
    return assemble(emitted);
  }

  private get current(): Emitted[] {
    return this.scopes[this.scopes.length - 1]!;
  }

  private append(emitted: Emitted): void {
    this.current.push(emitted);
  }

  private scoped(body: () => void): Stmt {
    const scope: Emitted[] = [];
    this.scopes.push(scope);
    try {
      body();
    } finally {
      this.scopes.pop();
    }
    return assemble(scope);
  }
}

/**
 * The statements of a scope as one, with each open statement wrapped around those that follow it.
 */
function assemble(scope: readonly Emitted[]): Stmt {
  let following: Stmt[] = [];
  const joined = (): Stmt => {
    if (following.length === 0) return noOp();
    return following.length === 1 ? following[0]! : new SeqStmt(following);
  };
  for (const emitted of [...scope].reverse()) {
    if (typeof emitted === "function") following = [emitted(joined())];
    else following.unshift(emitted);
  }
  return joined();
}

/** An empty builder. */
export function irBuilder(): IRBuilder {
  return new IRBuilder();
}
