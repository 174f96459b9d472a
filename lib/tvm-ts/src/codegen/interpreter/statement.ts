/** Compiles statements to closures that run them. */

import {
  elementOf,
  IterVar,
  lanesOf,
  type Allocate,
  type AttrStmt,
  type Buffer,
  type BufferRealize,
  type BufferStore,
  type For,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import { assertNever, InternalError, UsageError } from "../../support";
import type { Code, ExpressionCompiler } from "./expression";
import { InterpreterMemory, Pointer, writeElement } from "./interpreter-memory";
import { arithmeticOf, type ScalarValue } from "./scalar";

export type Action = () => void;

export class StatementCompiler {
  constructor(
    private readonly expressions: ExpressionCompiler,
    /** Called with the region for which memory is allocated to a buffer. */
    private readonly onRealize: (realize: BufferRealize) => void,
    /** The initial value of each byte of memory. */
    private readonly unwritten: number,
  ) {}

  compile(stmt: Stmt): Action {
    switch (stmt.kind) {
      case "BufferStore":
        return this.store(stmt);
      case "Evaluate":
        return this.expressions.compile(stmt.value) as Action;
      case "SeqStmt": {
        const actions = stmt.seq.map((child) => this.compile(child));
        return () => actions.forEach((action) => action());
      }
      case "For":
        return this.loop(stmt);
      case "While": {
        const condition = this.expressions.compile(stmt.condition);
        const body = this.compile(stmt.body);
        return () => {
          while (condition() !== 0) body();
        };
      }
      case "IfThenElse": {
        const condition = this.expressions.compile(stmt.condition);
        const whenTrue = this.compile(stmt.thenCase);
        const whenFalse = stmt.elseCase && this.compile(stmt.elseCase);
        return () => (condition() !== 0 ? whenTrue() : whenFalse?.());
      }
      case "LetStmt": {
        const value = this.expressions.compile(stmt.value);
        const slot = this.expressions.slotOf(stmt.var_);
        const body = this.compile(stmt.body);
        return () => {
          slot.value = value();
          body();
        };
      }
      case "AttrStmt":
        return this.attribute(stmt);
      case "Allocate":
        return this.allocate(stmt);
      case "BufferRealize":
        return this.realize(stmt);
      case "AssertStmt": {
        const condition = this.expressions.compile(stmt.condition);
        const body = this.compile(stmt.body);
        return () => {
          if (condition() === 0)
            throw new UsageError("run-assertion", stmt.message.value, { span: stmt.span });
          body();
        };
      }
      case "Prefetch":
        return () => undefined;
      case "ProducerStore":
      case "ProducerRealize":
        throw new InternalError(`${stmt.kind} cannot be interpreted; lower the schedule first`);
      default:
        return assertNever(stmt);
    }
  }

  private store(stmt: BufferStore): Action {
    const { index, memory, dtype } = this.expressions.place(stmt.buffer, stmt.indices);
    const value = this.expressions.compile(stmt.value);
    const element = elementOf(dtype);
    const width = lanesOf(dtype);
    if (lanesOf(stmt.value.dtype) === 1) {
      return () => writeElement(memory(), element, Number(index()), value() as ScalarValue);
    }
    return () => {
      const to = memory();
      const lanes = value() as ScalarValue[];
      const at = index();
      const starts = (Array.isArray(at) ? at : [at]) as ScalarValue[];
      lanes.forEach((lane, i) => {
        const start = Number(starts[Math.floor(i / width)]!) * width;
        writeElement(to, element, start + (i % width), lane);
      });
    };
  }

  private loop(loop: For): Action {
    return this.repeat(loop.loopVar, loop.min, loop.extent, this.compile(loop.body));
  }

  private repeat(variable: For["loopVar"], min: PrimExpr, extent: PrimExpr, body: Action): Action {
    const slot = this.expressions.slotOf(variable);
    const first = this.expressions.scalar(min);
    const count = this.expressions.scalar(extent);
    const { add, convert } = arithmeticOf(variable.dtype);
    return () => {
      const begin = first();
      const times = Number(count());
      for (let i = 0; i < times; i++) {
        slot.value = add(begin, convert(i));
        body();
      }
    };
  }

  /** Threads run sequentially. */
  private attribute(attr: AttrStmt): Action {
    const body = this.compile(attr.body);
    if (attr.key === "buffer_bind_scope") {
      throw new InternalError("views cannot be interpreted; flatten storage first");
    }
    const isThread = attr.key === "thread_extent" || attr.key === "virtual_thread";
    if (!isThread || !(attr.node instanceof IterVar)) return body;
    const { var_ } = attr.node;
    const slot = this.expressions.slotOf(var_);
    const count = this.expressions.scalar(attr.value);
    const { convert } = arithmeticOf(var_.dtype);
    return () => {
      if (slot.value !== undefined) return body(); // launched already
      const times = Number(count());
      for (let i = 0; i < times; i++) {
        slot.value = convert(i);
        body();
      }
      slot.value = undefined;
    };
  }

  private allocate(node: Allocate): Action {
    const extents = node.extents.map((extent) => this.expressions.scalar(extent));
    const slot = this.expressions.slotOf(node.bufferVar);
    const body = this.compile(node.body);
    return this.withMemory(slot, node.dtype, node.bufferVar.name, extents, body);
  }

  private realize(node: BufferRealize): Action {
    const { data, dtype, name } = node.buffer;
    const slot = this.expressions.slotOf(data);
    this.onRealize(node);
    const extents = node.bounds.map((bound) => this.expressions.scalar(bound.extent));
    const body = this.compile(node.body);
    const own = this.withMemory(slot, dtype, name, extents, body);
    // An argument has its memory already.
    return () => (slot.value instanceof Pointer ? body() : own());
  }

  private withMemory(
    slot: { value: unknown },
    dtype: Buffer["dtype"],
    name: string,
    extents: readonly Code<ScalarValue>[],
    body: Action,
  ): Action {
    return () => {
      const count = extents.reduce((size, extent) => size * Number(extent()), 1);
      const outer = slot.value;
      const memory = InterpreterMemory.allocate(dtype, count, name, this.unwritten);
      slot.value = new Pointer(memory, elementOf(dtype), 0);
      body();
      slot.value = outer;
    };
  }
}
