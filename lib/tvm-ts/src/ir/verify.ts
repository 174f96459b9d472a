/**
 * Checks that a function is well-formed, an invariant of all passes.
 *
 * - A variable is defined once, before it is used, and used only where it is defined.
 * - A buffer is accessed where its memory is defined, with one index for each dimension.
 * - Types fit: of operands, conditions, indices, lets, loop bounds, stored values.
 */

import { assertNever } from "../support";
import { Buffer } from "./buffer";
import { builtin } from "./builtin";
import {
  dtypeInfo,
  elementOf,
  isBool,
  isHandle,
  isInteger,
  lanesOf,
  vectorOf,
  type DataType,
} from "./dtype";
import { isBinary, IterVar, type Call, type PrimExpr, type Var } from "./expr";
import type { PrimFunc } from "./prim-func";
import { printExpr } from "./print/text-printer";
import { forEachChild } from "./children.generated";
import type { Allocate, AttrStmt, BufferStore, Stmt } from "./stmt";
/** The errors of a function, one sentence for each; empty if it is well-formed. */
export function verifyFunc(func: PrimFunc): readonly string[] {
  const verifier = new Verifier();
  verifier.func(func);
  return verifier.problems;
}

class Verifier {
  readonly problems: string[] = [];
  /** The variables in scope. */
  private readonly scope = new Set<Var>();
  /** All variables defined so far, in scope or not. */
  private readonly defined = new Set<Var>();

  func(func: PrimFunc): void {
    for (const param of func.params) {
      this.define(param);
      const buffer = func.bufferMap.get(param);
      if (buffer !== undefined) this.defineBuffer(func.preflattenedBufferMap.get(param) ?? buffer);
    }
    this.stmt(func.body);
  }

  /** The variables in an argument's shape, strides and offset are defined by the argument. */
  private defineBuffer(buffer: Buffer): void {
    const described = [buffer.data, ...buffer.shape, ...buffer.strides, buffer.elemOffset];
    for (const expr of described) {
      if (expr.kind === "Var" && !this.scope.has(expr)) this.define(expr);
    }
  }

  private define(variable: Var): void {
    this.check(!this.defined.has(variable), () => `variable ${variable.name} is defined twice`);
    this.defined.add(variable);
    this.scope.add(variable);
  }

  private within(variable: Var, visit: () => void): void {
    this.define(variable);
    visit();
    this.scope.delete(variable);
  }

  private check(holds: boolean, problem: () => string): void {
    if (!holds) this.problems.push(problem());
  }

  // Statements ----------------------------------------------------------------------------------

  private stmt(stmt: Stmt): void {
    switch (stmt.kind) {
      case "For":
        this.expr(stmt.min);
        this.expr(stmt.extent);
        for (const bound of [stmt.min, stmt.extent]) {
          this.check(
            bound.dtype === stmt.loopVar.dtype,
            () =>
              `loop ${stmt.loopVar.name} is ${stmt.loopVar.dtype}, but a bound is ${bound.dtype}`,
          );
        }
        return this.within(stmt.loopVar, () => this.stmt(stmt.body));
      case "LetStmt":
        this.expr(stmt.value);
        this.checkLet(stmt.var_, stmt.value);
        return this.within(stmt.var_, () => this.stmt(stmt.body));
      case "Allocate":
        return this.allocate(stmt);
      case "AttrStmt":
        return this.attribute(stmt);
      case "IfThenElse":
        this.condition(stmt.condition);
        this.stmt(stmt.thenCase);
        if (stmt.elseCase !== undefined) this.stmt(stmt.elseCase);
        return;
      case "While":
        this.condition(stmt.condition);
        return this.stmt(stmt.body);
      case "AssertStmt":
        this.condition(stmt.condition);
        return this.stmt(stmt.body);
      case "BufferStore":
        return this.store(stmt);
      case "BufferRealize":
        this.condition(stmt.condition);
        for (const { min, extent } of stmt.bounds) {
          this.expr(min);
          this.expr(extent);
        }
        // An argument is also realized, until its realization is removed.
        if (this.scope.has(stmt.buffer.data)) return this.stmt(stmt.body);
        return this.within(stmt.buffer.data, () => this.stmt(stmt.body));
      case "Prefetch":
        return this.accessed(stmt.buffer, stmt.bounds.length);
      case "SeqStmt":
        this.check(stmt.seq.length > 0, () => "a sequence is empty");
        return stmt.seq.forEach((child) => this.stmt(child));
      case "Evaluate":
        return this.expr(stmt.value);
      case "ProducerStore":
      case "ProducerRealize":
        return this.check(false, () => `a function of TIR cannot contain ${stmt.kind}`);
      default:
        return assertNever(stmt);
    }
  }

  private allocate(stmt: Allocate): void {
    const { bufferVar, dtype, extents } = stmt;
    for (const extent of extents) {
      this.expr(extent);
      this.check(isInteger(extent.dtype), () => `an extent of ${bufferVar.name} is not an integer`);
    }
    this.condition(stmt.condition);
    const element = bufferVar.pointer?.element;
    this.check(
      element === undefined || storedAs(element) === storedAs(dtype),
      () =>
        `${bufferVar.name} points to ${String(element)}, but is allocated with elements of ${dtype}`,
    );
    this.within(bufferVar, () => this.stmt(stmt.body));
  }

  private attribute(stmt: AttrStmt): void {
    const { node, key } = stmt;
    this.expr(stmt.value);
    const isThread = key === "thread_extent" || key === "virtual_thread";
    if (isThread && node instanceof IterVar) {
      // A thread is launched once; statements inside may name it again.
      if (this.scope.has(node.var_)) return this.stmt(stmt.body);
      this.defined.delete(node.var_);
      return this.within(node.var_, () => this.stmt(stmt.body));
    }
    if (key === "buffer_bind_scope") {
      const [view] = node as readonly Buffer[];
      return this.view(view!, stmt.body);
    }
    this.stmt(stmt.body);
  }

  /** A view defines the variables in its shape, strides and offset. */
  private view(view: Buffer, body: Stmt): void {
    const described = [view.data, ...view.shape, ...view.strides, view.elemOffset];
    const fresh = described.filter((e): e is Var => e.kind === "Var" && !this.scope.has(e));
    for (const variable of new Set(fresh)) {
      this.defined.delete(variable); // the buffers of an intrinsic are bound at each of its uses
      this.define(variable);
    }
    this.stmt(body);
    fresh.forEach((variable) => this.scope.delete(variable));
  }

  private store(stmt: BufferStore): void {
    this.expr(stmt.value);
    this.accessed(stmt.buffer, stmt.indices.length);
    const wanted = accessType(stmt.buffer, this.indices(stmt.indices));
    this.check(
      stmt.value.dtype === wanted,
      () => `${stmt.buffer.name} stores ${wanted}, but the value is ${stmt.value.dtype}`,
    );
  }

  // Expressions ---------------------------------------------------------------------------------

  private expr(expr: PrimExpr): void {
    // Left operands nest deeply in sums, so they are visited in a loop.
    let inner = expr;
    for (; isBinary(inner); inner = inner.a) {
      const { kind, dtype } = inner;
      if (kind === "And" || kind === "Or") this.check(isBool(dtype), () => `${kind} of ${dtype}`);
      this.expr(inner.b);
    }
    this.operand(inner);
  }

  private operand(expr: PrimExpr): void {
    switch (expr.kind) {
      case "Var":
        return this.check(this.scope.has(expr), () => `variable ${expr.name} is not defined here`);
      case "BufferLoad":
        this.accessed(expr.buffer, expr.indices.length);
        return void this.indices(expr.indices);
      case "Let":
        this.expr(expr.value);
        this.checkLet(expr.var_, expr.value);
        return this.within(expr.var_, () => this.expr(expr.body));
      case "Select": {
        const { condition, trueValue, falseValue } = expr;
        const lanes = lanesOf(condition.dtype);
        this.check(
          isBool(condition.dtype) && (lanes === 1 || lanes === lanesOf(expr.dtype)),
          () => `the condition of a selection of ${expr.dtype} is ${condition.dtype}`,
        );
        this.sameTypes(expr, trueValue, falseValue);
        break;
      }
      case "Not":
        this.check(isBool(expr.dtype), () => `the operand of Not is ${expr.dtype}`);
        break;
      case "Cast":
        this.check(
          lanesOf(expr.dtype) === lanesOf(expr.value.dtype),
          () => `${expr.value.dtype} is cast to ${expr.dtype}, with another number of lanes`,
        );
        break;
      case "Ramp":
        this.sameTypes(expr, expr.base, expr.stride);
        break;
      case "Call":
        if (this.call(expr)) return;
        break;
      case "ProducerLoad":
      case "Reduce":
        return this.check(false, () => `a function of TIR cannot contain ${expr.kind}`);
      default:
        break;
    }
    forEachChild(expr, (child) => this.expr(child as PrimExpr));
  }

  /** Checks calls with special arguments. Returns whether the arguments were checked. */
  private call(call: Call): boolean {
    if (call.op === builtin.ifThenElse) {
      const [condition, whenTrue, whenFalse] = call.args;
      this.check(
        condition?.dtype === "bool",
        () => `the condition of if_then_else is ${String(condition?.dtype)}`,
      );
      this.sameTypes(call, whenTrue!, whenFalse!);
    }
    const [first] = call.args;
    if (call.op !== builtin.addressOf || first?.kind !== "BufferLoad") return false;
    // The element is not accessed, only its address is taken.
    this.indices(first.indices);
    this.expr(first.buffer.data);
    return true;
  }

  private sameTypes(expr: PrimExpr, a: PrimExpr, b: PrimExpr): void {
    this.check(a.dtype === b.dtype, () => `types differ in ${printExpr(expr)}`);
  }

  private condition(condition: PrimExpr): void {
    this.expr(condition);
    this.check(
      condition.dtype === "bool",
      () => `condition ${printExpr(condition)} is ${condition.dtype}, not bool`,
    );
  }

  private checkLet(variable: Var, value: PrimExpr): void {
    const fits = variable.dtype === value.dtype || isHandle(variable.dtype);
    this.check(
      fits,
      () => `${variable.name} is ${variable.dtype}, but its value is ${value.dtype}`,
    );
  }

  private accessed(buffer: Buffer, indices: number): void {
    this.check(
      this.scope.has(buffer.data),
      () => `buffer ${buffer.name} is accessed where its memory is not defined`,
    );
    this.check(
      indices === buffer.shape.length || (indices === 1 && buffer.shape.length === 0),
      () =>
        `buffer ${buffer.name} of ${buffer.shape.length} dimensions is accessed with ${indices} indices`,
    );
  }

  /** Checks the indices of an access. @returns The number of elements accessed. */
  private indices(indices: readonly PrimExpr[]): number {
    let lanes = 1;
    for (const index of indices) {
      this.expr(index);
      this.check(
        isInteger(index.dtype),
        () => `index ${printExpr(index)} is ${index.dtype}, not an integer`,
      );
      lanes *= lanesOf(index.dtype);
    }
    return lanes;
  }
}

function accessType(buffer: Buffer, elements: number): DataType {
  return vectorOf(elementOf(buffer.dtype), elements * lanesOf(buffer.dtype));
}

/** Booleans are stored as bytes. */
function storedAs(dtype: DataType): DataType {
  const { element, lanes } = dtypeInfo(dtype);
  return vectorOf(element === "bool" ? "int8" : element, lanes);
}
