/**
 * Simplifies every expression, using the loops, lets and conditions around it, and removes branches
 * that are never taken.
 *
 *     for (i, 0, 8) { if (i < 16) { let x = i*4; A[x + 0] = B[floordiv(x, 4)] } }
 *  => for (i, 0, 8) { A[i*4] = B[i] }
 */

import { Analyzer } from "../arith";
import {
  add,
  builtin,
  CallEffect,
  exprEqual,
  ge,
  isConstInt,
  isExpr,
  isInt,
  isOne,
  isZero,
  lt,
  mapArray,
  mapChildren,
  noOp,
  Not,
  Range,
  sideEffect,
  substitute,
  update,
  zero,
  type AttrStmt,
  type BufferStore,
  type For,
  type IfThenElse,
  type IterVar,
  type LetStmt,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../ir";
import type { FunctionPass } from "../pass";

export const simplify: FunctionPass = {
  name: "tir.Simplify",
  doc: "Simplifies expressions and decides conditions, using the loops and conditions around them.",
  run(func, context) {
    const { onRule } = context;
    const analyzer = new Analyzer(
      onRule && ((rule, before, after) => onRule(rule.name, before, after)),
      { fastMath: context.option("tir.fastMath") },
    );
    return func.with({ body: new StmtSimplifier(analyzer).visit(func.body) });
  },
};

class StmtSimplifier {
  /** Lets that are kept, and used to decide conditions. */
  private readonly lets = new Map<Var, PrimExpr>();

  constructor(private readonly analyzer: Analyzer) {}

  visit(stmt: Stmt): Stmt {
    switch (stmt.kind) {
      case "For":
        return this.loop(stmt);
      case "LetStmt":
        return this.letStmt(stmt);
      case "IfThenElse":
        return this.branch(stmt);
      case "AttrStmt":
        return this.attribute(stmt);
      case "BufferStore":
        return this.store(stmt);
      case "AssertStmt": {
        const condition = this.analyzer.simplify(stmt.condition);
        const body = this.analyzer.withConstraint(condition, () => this.visit(stmt.body));
        return update(stmt, { condition, body });
      }
      default:
        return mapChildren(stmt, (child) =>
          isExpr(child) ? this.analyzer.simplify(child) : this.visit(child),
        );
    }
  }

  private loop(loop: For): Stmt {
    const { analyzer } = this;
    const { loopVar } = loop;
    analyzer.bind(loopVar, new Range(loop.min, loop.extent));
    const inside = (): Stmt =>
      update(loop, {
        min: analyzer.simplify(loop.min),
        extent: analyzer.simplify(loop.extent),
        body: this.visit(loop.body),
      });
    // Constant bounds follow from the range; other bounds are added as conditions.
    if (isConstInt(loop.min) && isConstInt(loop.extent) && loop.extent.value > 0) return inside();
    const from = ge(loopVar, loop.min);
    const to = lt(loopVar, add(loop.min, loop.extent));
    return analyzer.withConstraint(from, () => analyzer.withConstraint(to, inside));
  }

  private letStmt(node: LetStmt): Stmt {
    const value = this.analyzer.simplify(node.value);
    const isPure = sideEffect(node.value) <= CallEffect.Pure;
    if (isPure && canInline(node.value)) {
      this.analyzer.bind(node.var_, value); // simplification substitutes the value for the variable
      return this.visit(node.body);
    }
    if (isPure) this.lets.set(node.var_, value);
    else this.analyzer.bindUserData(node.var_);
    return update(node, { value, body: this.visit(node.body) });
  }

  private branch(node: IfThenElse): Stmt {
    const { analyzer } = this;
    const decided = this.lets.size === 0 ? node.condition : substitute(node.condition, this.lets);
    const outcome = analyzer.simplify(decided);
    if (outcome.kind === "IntImm") {
      if (outcome.value !== 0) return this.visit(node.thenCase);
      return node.elseCase === undefined ? noOp() : this.visit(node.elseCase);
    }
    const condition = decided === node.condition ? outcome : analyzer.simplify(node.condition);
    const real =
      condition.kind === "Call" && condition.op === builtin.likely ? condition.args[0]! : condition;
    const thenCase = analyzer.withConstraint(real, () => this.visit(node.thenCase));
    let { elseCase } = node;
    if (elseCase !== undefined) {
      const otherwise = analyzer.rewriteSimplify(new Not(real));
      elseCase = analyzer.withConstraint(otherwise, () => this.visit(node.elseCase!));
    }
    if (isOne(real)) return thenCase;
    if (isZero(real)) return elseCase ?? noOp();
    return update(node, { condition, thenCase, elseCase });
  }

  private attribute(attr: AttrStmt): Stmt {
    if (attr.key === "thread_extent" || attr.key === "virtual_thread") {
      const range = new Range(zero(attr.value.dtype), attr.value);
      this.analyzer.bind((attr.node as IterVar).var_, range);
    }
    const value = this.analyzer.simplify(attr.value);
    return update(attr, { value, body: this.visit(attr.body) });
  }

  /** A store of the value that the element already has is removed. */
  private store(node: BufferStore): Stmt {
    const value = this.analyzer.simplify(node.value);
    const indices = mapArray(node.indices, (index) => this.analyzer.simplify(index));
    const same =
      value.kind === "BufferLoad" &&
      value.buffer.data === node.buffer.data &&
      sameExprs(value.indices, indices) &&
      exprEqual(value.buffer.elemOffset, node.buffer.elemOffset) &&
      sameExprs(value.buffer.shape, node.buffer.shape) &&
      sameExprs(value.buffer.strides, node.buffer.strides);
    return same ? noOp() : update(node, { value, indices });
  }
}

function canInline(value: PrimExpr): boolean {
  return (
    value.kind === "IntImm" ||
    value.kind === "FloatImm" ||
    value.kind === "Var" ||
    isInt(value.dtype)
  );
}

function sameExprs(a: readonly PrimExpr[], b: readonly PrimExpr[]): boolean {
  return a.length === b.length && a.every((expr, i) => exprEqual(expr, b[i]!));
}
