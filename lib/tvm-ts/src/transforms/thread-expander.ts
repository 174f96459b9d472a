/** Expands one virtual thread; see `inject-virtual-thread.ts`. */

import { simplifyingMutator, type Analyzer } from "../arith";
import {
  add,
  builtin,
  constant,
  div,
  flattenSeq,
  For,
  IntImm,
  isZero,
  lanesOf,
  mapArray,
  mapChildren,
  mul,
  isExpr,
  substitute,
  update,
  Var,
  type Allocate,
  type AttrStmt,
  type Buffer,
  type BufferLoad,
  type BufferStore,
  type Call,
  type IfThenElse,
  type PrimExpr,
  type Recur,
  type Stmt,
} from "../ir";
import { InternalError, UsageError } from "../support";

/** The virtual thread to expand. */
export interface VirtualThread {
  readonly variable: Var;
  readonly count: number;
  /** Variables and memories that depend on the thread. */
  readonly touched: ReadonlySet<Var>;
  /** Whether threads may share a memory that they only read. */
  readonly mayShare: boolean;
}

/** Fewer threads than this are unrolled; more threads become a loop. */
const MIN_LOOP = 16;

export class ThreadExpander {
  /** Memories with a part for each thread, and the size of a part. */
  private readonly parts = new Map<Var, PrimExpr>();
  private readonly enlarged = new Map<Buffer, Buffer>();
  /** Whether the current statement is inside a statement that is repeated for each thread. */
  private inside = false;
  /** Set when a statement depends on the thread, or must be executed by each thread. */
  private perThread = false;
  /** The depth of the loops visited since it was last set to 0. */
  private loopDepth = 0;
  private readonly expr: Recur;

  constructor(
    private readonly analyzer: Analyzer,
    private readonly thread: VirtualThread,
  ) {
    this.expr = simplifyingMutator(analyzer, {
      Var: (variable) => this.use(variable),
      BufferLoad: (load, recur) => this.access(recur.children(load)),
      Call: (call, recur) =>
        call.op === builtin.accessPtr ? this.accessPtr(call, recur) : undefined,
    });
  }

  /** The statement with the thread-dependent parts repeated for each thread. */
  visit(stmt: Stmt): Stmt {
    const result = this.rewrite(stmt);
    if (!this.perThread) return result;
    if (!this.inside) return this.repeat(result);
    this.perThread = false;
    return result;
  }

  // Statements ----------------------------------------------------------------------------------

  private rewrite(stmt: Stmt): Stmt {
    switch (stmt.kind) {
      case "BufferStore":
        return this.store(stmt);
      case "Evaluate": {
        const value = this.expr(stmt.value);
        this.perThread ||= !this.thread.mayShare;
        return update(stmt, { value });
      }
      case "AttrStmt":
        return this.attribute(stmt);
      case "LetStmt": {
        const value = this.expr(stmt.value);
        if (this.startsHere()) return this.repeatWhole(stmt);
        return update(stmt, { value, body: this.visit(stmt.body) });
      }
      case "For":
        return this.loop(stmt);
      case "IfThenElse":
        return this.branch(stmt);
      case "SeqStmt":
        return update(stmt, { seq: mapArray(stmt.seq, (child) => this.beside(child)) });
      case "Allocate":
        return this.allocate(stmt);
      case "While":
        throw new UsageError("pass-coprocessor", "a while loop cannot run in virtual threads", {
          span: stmt.span,
        });
      default:
        return mapChildren(stmt, (child) => (isExpr(child) ? this.expr(child) : this.visit(child)));
    }
  }

  private attribute(attr: AttrStmt): Stmt {
    const value = this.expr(attr.value);
    const isContext = attr.key === "coproc_uop_scope" || attr.key === "coproc_scope";
    if (isContext && !this.thread.mayShare) this.perThread = true;
    if (this.startsHere()) return this.repeatWhole(attr);
    return update(attr, { value, body: this.visit(attr.body) });
  }

  private loop(loop: For): Stmt {
    if (!isZero(loop.min)) throw new InternalError("a loop in virtual threads must start at 0");
    const extent = this.expr(loop.extent);
    const result = this.startsHere()
      ? this.repeatWhole(loop)
      : update(loop, { extent, body: this.visit(loop.body) });
    this.loopDepth++;
    return result;
  }

  private branch(branch: IfThenElse): Stmt {
    const condition = this.expr(branch.condition);
    if (this.startsHere()) return this.repeatWhole(branch);
    const thenCase = this.visit(branch.thenCase);
    const elseCase = branch.elseCase && this.beside(branch.elseCase);
    return update(branch, { condition, thenCase, elseCase });
  }

  /** A statement of a sequence: its loops do not add to the depth of the others. */
  private beside(stmt: Stmt): Stmt {
    const others = this.loopDepth;
    this.loopDepth = 0;
    const result = this.visit(stmt);
    this.loopDepth = Math.max(this.loopDepth, others);
    return result;
  }

  private store(node: BufferStore): Stmt {
    const value = this.expr(node.value);
    const indices = mapArray(node.indices, (index) => this.expr(index));
    this.perThread ||= !this.thread.mayShare;
    return this.access(update(node, { value, indices }));
  }

  private allocate(node: Allocate): Stmt {
    const condition = this.expr(node.condition);
    let extents = mapArray(node.extents, (extent) => this.expr(extent));
    if (this.startsHere()) return this.repeatWhole(node);
    if (this.thread.touched.has(node.bufferVar) || !this.thread.mayShare) {
      if (extents.length !== 1)
        throw new InternalError("the memory of virtual threads must be flat");
      const part = extents[0]!;
      extents = [mul(part, this.thread.count)];
      this.parts.set(node.bufferVar, part);
    }
    return update(node, { condition, extents, body: this.visit(node.body) });
  }

  // Repeating -----------------------------------------------------------------------------------

  /** Whether the visited statement starts the repeated part. Resets `perThread`. */
  private startsHere(): boolean {
    const starts = this.perThread && !this.inside;
    this.perThread = false;
    return starts;
  }

  private repeatWhole(stmt: Stmt): Stmt {
    this.inside = true;
    const result = this.visit(stmt);
    this.inside = false;
    return this.repeat(result);
  }

  private repeat(stmt: Stmt): Stmt {
    this.perThread = false;
    const { variable, count } = this.thread;
    const { name, dtype } = variable;
    if (this.loopDepth === 0 && count < MIN_LOOP) {
      const copies = Array.from({ length: count }, (_, i) =>
        substitute(stmt, new Map([[variable, constant(i, dtype)]])),
      );
      return flattenSeq(...copies);
    }
    const index = variable.replacement({ name: `${name}.s` });
    const body = substitute(stmt, new Map([[variable, index]]));
    return new For(index, new IntImm(0, dtype), new IntImm(count, dtype), "serial", body);
  }

  // Expressions ---------------------------------------------------------------------------------

  private use(variable: Var): undefined {
    if (this.parts.has(variable)) {
      throw new UsageError(
        "pass-address",
        `the address of ${variable.name} is used as a whole, but each virtual thread has a part ` +
          `of it; use an access pointer`,
      );
    }
    this.perThread ||= this.thread.touched.has(variable);
    return undefined;
  }

  /** The access with its index moved to the thread's part of the memory. */
  private access<N extends BufferLoad | BufferStore>(node: N): N {
    const { data } = node.buffer;
    this.perThread ||= this.thread.touched.has(data);
    const part = this.parts.get(data);
    if (part === undefined) return node;
    const indices = [this.inPart(node.indices[0]!, part)];
    return update<BufferLoad | BufferStore>(node, {
      buffer: this.enlarge(node.buffer, part),
      indices,
    }) as N;
  }

  private accessPtr(call: Call, recur: Recur): Call {
    const [type, pointer, offset, extent, mask] = call.args as [
      PrimExpr,
      Var,
      PrimExpr,
      PrimExpr,
      PrimExpr,
    ];
    const part = this.parts.get(pointer);
    if (part === undefined) return recur.children(call);
    this.perThread = true;
    const inner = recur(offset);
    const vectors = div(part, constant(lanesOf(type.dtype), inner.dtype));
    return update(call, {
      args: [type, pointer, this.inPart(inner, vectors), recur(extent), mask],
    });
  }

  private inPart(index: PrimExpr, part: PrimExpr): PrimExpr {
    return this.analyzer.simplify(add(index, mul(this.thread.variable, part)));
  }

  private enlarge(buffer: Buffer, part: PrimExpr): Buffer {
    let enlarged = this.enlarged.get(buffer);
    if (enlarged === undefined) {
      // The extent is the reference's: the size of a part, squared.
      enlarged = buffer.with({ shape: [mul(buffer.shape[0]!, part)] });
      this.enlarged.set(buffer, enlarged);
    }
    return enlarged;
  }
}
