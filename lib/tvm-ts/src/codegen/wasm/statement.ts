/** Statements as WebAssembly. */

import {
  builtin,
  bytesOf,
  constIntValue,
  dtypeInfo,
  isConstInt,
  IterVar,
  lanesOf,
  type Allocate,
  type AssertStmt,
  type AttrStmt,
  type Evaluate,
  type For,
  type LetStmt,
  type PrimExpr,
  type Stmt,
  type While,
} from "../../ir";
import { IMPORTS } from "../../artifact";
import { assertNever, UsageError } from "../../support";
import type { Ref } from "./binaryen";
import { Scope, type FunctionContext } from "./function-context";
import { isExternalCall } from "./external-calls";
import { constantSize } from "../flat-index";
import { emitParallel, emitRecording } from "./outline";
import { registerCount } from "./registers";
import { partCount, representationOf } from "./representation";
import { ScalarEmitter } from "./scalar";
import { StoreEmitter } from "./store";
import { VectorEmitter } from "./vector";

export class StatementEmitter {
  readonly scalar: ScalarEmitter;
  private readonly stores: StoreEmitter;
  private labels = 0;

  constructor(readonly fn: FunctionContext) {
    this.scalar = new ScalarEmitter(fn);
    this.stores = new StoreEmitter(fn, this.scalar, new VectorEmitter(fn, this.scalar));
  }

  private get m() {
    return this.fn.module.m;
  }

  /** Emits statements into another function of the module. */
  inside(fn: FunctionContext): StatementEmitter {
    return new StatementEmitter(fn);
  }

  /** The whole body of the function. */
  body(stmt: Stmt): Ref {
    const body = this.emit(stmt);
    return this.block([...this.fn.root.prelude, body]);
  }

  emit(stmt: Stmt): Ref {
    switch (stmt.kind) {
      case "SeqStmt":
        return this.block(stmt.seq.map((s) => this.emit(s)));
      case "BufferStore":
        return this.stores.emit(stmt);
      case "Evaluate":
        return this.evaluate(stmt);
      case "LetStmt":
        return this.letStmt(stmt);
      case "IfThenElse": {
        const condition = this.scalar.emit(stmt.condition);
        const then = this.emit(stmt.thenCase);
        const otherwise = stmt.elseCase === undefined ? undefined : this.emit(stmt.elseCase);
        return this.m.if(condition, then, otherwise);
      }
      case "For":
        return this.forLoop(stmt);
      case "While":
        return this.whileLoop(stmt);
      case "Allocate":
        return this.allocate(stmt);
      case "AssertStmt":
        return this.assertion(stmt);
      case "AttrStmt":
        return this.attribute(stmt);
      case "Prefetch":
        return this.m.nop();
      case "BufferRealize":
      case "ProducerStore":
      case "ProducerRealize":
        throw new UsageError(
          "build-not-lowered",
          `the function is not lowered: it still has a ${stmt.kind}; build it through tvm.lower`,
        );
      default:
        return assertNever(stmt);
    }
  }

  /** `for (variable = min; variable < min + extent; ++variable) body` */
  loop(loop: Pick<For, "loopVar" | "min" | "extent" | "body">): Ref {
    const { m } = this;
    const { loopVar, min, extent, body } = loop;
    const count = constIntValue(extent);
    if (count !== undefined && count <= 0) return m.nop();
    const type = this.fn.module.typeOf(loopVar.dtype);
    const ops = bytesOf(loopVar.dtype) === 8 ? m.i64 : m.i32;
    const variable = this.fn.newLocal(type);
    const scope = new Scope(this.fn.scope, { variable: loopVar, min });
    const start = this.fn.set(variable, this.scalar.emit(min));
    const stop = this.loopEnd(loop, type);
    this.fn.bind(loopVar, { kind: "local", locals: [variable], scope });
    const inside = this.fn.inScope(scope, () => this.emit(body));
    if (count === 1) return this.block([start, ...scope.before, ...scope.prelude, inside]);
    const label = `L${this.labels++}`;
    const next = ops.add(this.fn.get(variable), this.scalar.integer(1, loopVar.dtype));
    const continues = ops.lt_s(m.local.tee(variable, next, type), stop.value());
    const iteration = [...scope.prelude, inside, ...scope.latch, m.br_if(label, continues)];
    const whole = [...scope.before, m.loop(label, this.block(iteration))];
    if (count !== undefined) return this.block([start, ...stop.set, ...whole]);
    const any = ops.lt_s(this.fn.get(variable), stop.value());
    return this.block([start, ...stop.set, m.if(any, this.block(whole))]);
  }

  block(statements: readonly Ref[]): Ref {
    return statements.length === 1 ? statements[0]! : this.m.block(null, [...statements]);
  }

  /** The end of a loop (exclusive), as a constant if possible, else in a local. */
  private loopEnd(
    { loopVar, min, extent }: Pick<For, "loopVar" | "min" | "extent">,
    type: number,
  ): { set: Ref[]; value: () => Ref } {
    const first = constIntValue(min);
    const count = constIntValue(extent);
    if (first !== undefined && count !== undefined) {
      return { set: [], value: () => this.scalar.integer(first + count, loopVar.dtype) };
    }
    const local = this.fn.newLocal(type);
    const end = this.scalar.emit(isConstInt(min, 0) ? extent : min.add(extent));
    return { set: [this.fn.set(local, end)], value: () => this.fn.get(local) };
  }

  private forLoop(loop: For): Ref {
    switch (loop.forKind) {
      case "parallel":
        return this.fn.inParallel ? this.loop(loop) : emitParallel(this, loop);
      case "thread_binding":
        throw new UsageError(
          "build-threads",
          `axis ${loop.loopVar.name} is bound to ${loop.threadBinding?.threadTag ?? "a thread"}, ` +
            `which a CPU does not have; use parallel() instead of bind()`,
        );
      default:
        return this.loop(loop);
    }
  }

  private whileLoop({ condition, body }: While): Ref {
    const label = `L${this.labels++}`;
    const scope = new Scope(this.fn.scope);
    const inside = this.fn.inScope(scope, () => {
      const test = this.scalar.emit(condition);
      return { test, body: this.emit(body) };
    });
    const repeat = this.m.br(label);
    const iteration = this.m.if(inside.test, this.block([inside.body, repeat]));
    return this.m.loop(label, this.block([...scope.prelude, iteration]));
  }

  private letStmt({ var_, value, body }: LetStmt): Ref {
    const locals = this.stores.newLocals(value);
    const set = this.stores.assign(locals, value);
    if (lanesOf(value.dtype) === 1) this.scalar.planner.addLet(var_, value);
    const scope = new Scope(this.fn.scope);
    this.fn.bind(var_, { kind: "local", locals, scope });
    const inside = this.fn.inScope(scope, () => this.emit(body));
    return this.block([set, ...scope.prelude, inside]);
  }

  private allocate(allocate: Allocate): Ref {
    const { bufferVar, dtype, extents, body } = allocate;
    const elements = registerCount(allocate);
    if (elements !== undefined) return this.allocateRegisters(allocate, elements);
    const type = representationOf(dtype);
    const elementBytes = type.bytes * type.lanes;
    const size = constantSize(extents);
    if (size === undefined) return this.allocateDynamic(allocate, elementBytes);
    return this.fn.withFrame(size * elementBytes, (offset) => {
      this.fn.bind(bufferVar, { kind: "frame", offset });
      return this.emit(body);
    });
  }

  private allocateRegisters({ bufferVar, dtype, body }: Allocate, count: number): Ref {
    const { b } = this.fn.module;
    const type = representationOf(dtype);
    const wasm = type.lanes === 1 ? b[type.wasm] : b.v128;
    const perElement = type.lanes === 1 ? 1 : partCount(type);
    const elements = Array.from({ length: count }, () =>
      Array.from({ length: perElement }, () => this.fn.newLocal(wasm)),
    );
    this.fn.bind(bufferVar, { kind: "registers", dtype, elements });
    return this.emit(body);
  }

  /** The runtime allocates the memory, and frees it if the function fails. */
  private allocateDynamic({ bufferVar, extents, body }: Allocate, elementBytes: number): Ref {
    const { m, b } = this.fn.module;
    const allocate = this.fn.module.importFunction(IMPORTS.host, "alloc", [b.f64], b.i32);
    const free = this.fn.module.importFunction(IMPORTS.host, "free", [b.i32], b.none);
    this.fn.usesMainThread = true;
    // As a double: a product of extents must not wrap at 32 bits.
    const size = extents
      .map((extent) =>
        this.scalar.arithmetic.cast(extent.dtype, "float64", this.scalar.emit(extent)),
      )
      .reduce((product, extent) => m.f64.mul(product, extent), m.f64.const(elementBytes));
    const local = this.fn.newLocal(b.i32);
    const scope = new Scope(this.fn.scope);
    this.fn.bind(bufferVar, { kind: "local", locals: [local], scope });
    const inside = this.fn.inScope(scope, () => this.emit(body));
    return this.block([
      this.fn.set(local, m.call(allocate, [size], b.i32)),
      ...scope.prelude,
      inside,
      m.call(free, [this.fn.get(local)], b.none),
    ]);
  }

  private assertion({ condition, message, body }: AssertStmt): Ref {
    const { m, b } = this.fn.module;
    const fail = this.fn.module.importFunction(IMPORTS.host, "fail", [b.i32], b.none);
    this.fn.usesMainThread = true;
    const number = this.fn.module.assertion(message.value);
    const stop = this.block([m.call(fail, [m.i32.const(number)], b.none), m.unreachable()]);
    return this.block([m.if(m.i32.eqz(this.scalar.emit(condition)), stop), this.emit(body)]);
  }

  private attribute(attr: AttrStmt): Ref {
    switch (attr.key) {
      case "coproc_uop_scope":
        return emitRecording(this, attr);
      case "thread_extent":
        throw new UsageError(
          "build-threads",
          `the function uses thread axes (${threadName(attr)}), which target wasm does not support; use ` +
            `parallel() instead of bind()`,
        );
      default:
        return this.emit(attr.body);
    }
  }

  private evaluate(stmt: Evaluate): Ref {
    const { value } = stmt;
    if (value.kind === "IntImm") return this.m.nop();
    const ref = this.scalar.emit(value);
    const isVoid = dtypeInfo(value.dtype).code === "void" || isReturn(value);
    const statement = isVoid ? ref : this.m.drop(ref);
    if (!isExternalCall(stmt)) return statement;
    const { module } = this.fn;
    return module.externalCall(module.nextExternalCall(), statement);
  }
}

function isReturn(value: PrimExpr): boolean {
  return value.kind === "Call" && value.op === builtin.ret;
}

function threadName({ node }: AttrStmt): string {
  return node instanceof IterVar ? node.threadTag : String(node);
}
