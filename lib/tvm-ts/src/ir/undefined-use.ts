/**
 * Finds uses of undefined variables in a lowered function. It is a part of `verifyFunc`, cheap enough
 * to check every result of `lower`.
 */

import { isBinary, IterVar, type PrimExpr, type Var } from "./expr";
import type { PrimFunc } from "./prim-func";
import { forEachChild } from "./children.generated";
import { isStmt, type Stmt } from "./stmt";
export interface UndefinedUse {
  readonly variable: Var;
  /** The buffer whose store or allocation uses the variable. */
  readonly buffer: string | undefined;
}

/**
 * The first use of a variable, or of a buffer's memory, outside the scope of its definition.
 * @param defined variables that are defined everywhere
 */
export function findUndefinedUse(
  func: PrimFunc,
  defined: Iterable<Var> = [],
): UndefinedUse | undefined {
  const finder = new Finder(defined);
  finder.func(func);
  return finder.found;
}

class Finder {
  found: UndefinedUse | undefined;
  private readonly scope: Set<Var>;
  private buffer: string | undefined;

  constructor(defined: Iterable<Var>) {
    this.scope = new Set(defined);
  }

  func({ params, bufferMap, preflattenedBufferMap, body }: PrimFunc): void {
    for (const param of params) {
      this.scope.add(param);
      for (const buffer of [bufferMap.get(param), preflattenedBufferMap.get(param)]) {
        if (buffer === undefined) continue;
        const { data, shape, strides, elemOffset } = buffer;
        for (const described of [data, ...shape, ...strides, elemOffset]) {
          if (described.kind === "Var") this.scope.add(described);
        }
      }
    }
    this.stmt(body);
  }

  private use(variable: Var): void {
    if (!this.scope.has(variable)) this.found ??= { variable, buffer: this.buffer };
  }

  private within(variable: Var, body: Stmt): void {
    // A thread may be defined again inside its launch.
    const isNew = !this.scope.has(variable);
    this.scope.add(variable);
    this.stmt(body);
    if (isNew) this.scope.delete(variable);
  }

  private stmt(stmt: Stmt): void {
    switch (stmt.kind) {
      case "For":
        this.expr(stmt.min);
        this.expr(stmt.extent);
        return this.within(stmt.loopVar, stmt.body);
      case "LetStmt":
        this.expr(stmt.value);
        return this.within(stmt.var_, stmt.body);
      case "Allocate":
        this.buffer = stmt.bufferVar.name;
        for (const extent of stmt.extents) this.expr(extent);
        this.expr(stmt.condition);
        return this.within(stmt.bufferVar, stmt.body);
      case "AttrStmt": {
        const { node, key, value, body } = stmt;
        this.expr(value);
        const isThread = key === "thread_extent" || key === "virtual_thread";
        if (isThread && node instanceof IterVar) return this.within(node.var_, body);
        return this.stmt(body);
      }
      case "BufferStore":
        this.buffer = stmt.buffer.name;
        this.use(stmt.buffer.data);
        this.expr(stmt.value);
        return stmt.indices.forEach((index) => this.expr(index));
      default:
        forEachChild(stmt, (child) => {
          if (isStmt(child)) this.stmt(child);
          else this.expr(child as PrimExpr);
        });
    }
  }

  private expr(expr: PrimExpr): void {
    let inner = expr;
    for (; isBinary(inner); inner = inner.a) this.expr(inner.b);
    switch (inner.kind) {
      case "IntImm":
      case "FloatImm":
      case "StringImm":
        return;
      case "Var":
        return this.use(inner);
      case "BufferLoad":
        this.use(inner.buffer.data);
        return inner.indices.forEach((index) => this.expr(index));
      case "Let": {
        this.expr(inner.value);
        this.scope.add(inner.var_);
        this.expr(inner.body);
        this.scope.delete(inner.var_);
        return;
      }
      default:
        forEachChild(inner, (child) => this.expr(child as PrimExpr));
    }
  }
}
