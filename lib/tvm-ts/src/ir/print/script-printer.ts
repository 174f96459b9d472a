/**
 * TVMScript, the reference's Python form of modules and functions, character by character.
 *
 * A function's head declares the variables and buffers that its body uses, so the body is printed
 * first and appended afterwards. (Format: `printer/tvmscript_printer.cc` of TVM 0.10.)
 */

import { assertNever } from "../../support";
import { ALLOC_ALIGNMENT, Buffer } from "../buffer";
import {
  CommReducer,
  isExpr,
  IterVar,
  Sub,
  type DataProducer,
  type PrimExpr,
  type Var,
} from "../expr";
import { exprEqual } from "../structural-equal";
import { isConstInt, isOne, isZero } from "../constants";
import type { FuncAttr, IRModule, PrimFunc } from "../prim-func";
import { type Annotations, type AttrNode, type For, type Stmt } from "../stmt";
import { usesVar, walk } from "../walk";
import { endOf } from "./range-end";
import { quoted, ScriptExprPrinter } from "./script-expr-printer";
import type { PrintedText } from "./text-doc";

const HEADER = "# from tvm.script import tir as T";
const INDENT = 4;

/** The script of a module: a class with a method for each function. */
export function printScript(module: IRModule): PrintedText {
  const printer = new ScriptPrinter();
  return printer.module(module);
}

/** The script of one function, without a name. */
export function printFuncScript(func: PrimFunc): PrintedText {
  const printer = new ScriptPrinter();
  return printer.lone(func);
}

const LOOPS = {
  serial: "serial",
  parallel: "parallel",
  vectorized: "vectorized",
  unrolled: "unroll",
  thread_binding: "thread_binding",
} as const;

class ScriptPrinter extends ScriptExprPrinter {
  /** The definitions of thread axes in the head, by their variables. */
  private readonly threads = new Map<Var, string>();
  /** Loops to be printed as one `T.grid`. */
  private pendingLoops: For[] = [];
  private readonly openLoopVars = new Set<Var>();
  /** The buffers that view each pointer, below the allocations visited so far. */
  private readonly views = new Map<Var, Buffer[]>();
  /**
   * Whether the statement is the last of its block; only then can its scope be printed without `with`.
   */
  private isLast = true;

  module(module: IRModule): PrintedText {
    this.doc.put(HEADER).newLine().put("@tvm.script.ir_module").newLine().put("class Module:");
    this.doc.indented(INDENT, () => {
      let first = true;
      for (const [name, func] of module.functions) {
        if (!first) this.doc.newLine();
        first = false;
        this.doc.newLine();
        this.func(func, name);
      }
      this.doc.newLine();
    });
    return this.doc.put("\n").finish();
  }

  lone(func: PrimFunc): PrintedText {
    this.doc.put(HEADER).newLine();
    this.func(func, "func");
    return this.doc.put("\n").finish();
  }

  // Functions -----------------------------------------------------------------------------------

  private func(func: PrimFunc, name: string): void {
    this.names.nextFunction();
    this.definedVars.clear();
    this.definedBuffers.clear();
    this.threads.clear();
    this.doc.put("@T.prim_func").newLine().put(`def ${name}(`);
    const inline = new Set<Buffer>();
    this.doc.list(func.params, ", ", (param) => this.param(func, param, inline));
    this.doc.put(") -> None:");
    this.doc.indented(INDENT, () => {
      const outer = this.doc;
      this.doc = outer.continued();
      this.bufferTable(func, inline);
      this.doc.newLine().put("# body").newLine();
      this.block(func.body);
      const body = this.doc;
      this.doc = outer;
      this.head(func);
      outer.append(body);
    });
  }

  private param(func: PrimFunc, param: Var, inline: Set<Buffer>): void {
    this.definedVars.add(param);
    const buffer = func.bufferMap.get(param);
    if (buffer === undefined || !this.isPlain(buffer)) {
      this.expr(param);
      this.doc.put(`: ${typeOf(param)}`);
      return;
    }
    inline.add(buffer);
    this.definedBuffers.add(buffer);
    this.buffer(buffer);
    this.doc.put(": T.Buffer[");
    if (buffer.shape.length === 1) this.expr(buffer.shape[0]!);
    else
      this.doc
        .put("(")
        .list(buffer.shape, ", ", (dim) => this.expr(dim))
        .put(")");
    this.doc.put(`, ${quoted(buffer.dtype)}]`);
  }

  /** Whether a buffer is fully described by its shape and type. */
  private isPlain(buffer: Buffer): boolean {
    return (
      !this.names.vars.has(buffer.data) &&
      buffer.strides.length === 0 &&
      buffer.shape.every((dim) => !usesVar(dim, () => true)) &&
      isConstInt(buffer.elemOffset, 0) &&
      buffer.scope === "global" &&
      buffer.dataAlignment === ALLOC_ALIGNMENT &&
      buffer.offsetFactor === 1 &&
      !buffer.autoBroadcast &&
      buffer.axisSeparators.length === 0
    );
  }

  private bufferTable(func: PrimFunc, inline: ReadonlySet<Buffer>): void {
    for (const param of func.params) {
      const buffer = func.bufferMap.get(param);
      if (buffer === undefined || inline.has(buffer)) continue;
      this.definedBuffers.add(buffer);
      this.doc.newLine();
      this.buffer(buffer);
      this.doc.put(" = T.match_buffer(");
      this.expr(param);
      this.doc.put(`, ${this.names.declarations.get(buffer)!})`);
    }
    for (const param of func.params) {
      const seen = func.preflattenedBufferMap.get(param);
      const flat = func.bufferMap.get(param);
      if (seen === undefined || flat === undefined) continue;
      this.bufferName(seen);
      this.definedBuffers.add(seen);
      this.doc.newLine().put("T.preflattened_buffer(");
      this.buffer(flat);
      this.doc.put(`, ${this.names.declarations.get(seen)!})`);
    }
  }

  /**
   * Attributes, and definitions of the variables and buffers that the body uses but does not define.
   */
  private head(func: PrimFunc): void {
    const { doc, names } = this;
    const attrs = Object.entries(func.attrs);
    if (attrs.length > 0) {
      doc.newLine().put("# function attr dict").newLine().put("T.func_attr({");
      doc.list(attrs, ", ", ([key, value]) => {
        doc.put(`${quoted(key)}: `);
        this.attribute(value);
      });
      doc.put("})");
    }
    if (this.threads.size > 0) {
      doc.newLine().put("# var definition");
      // Innermost first, the order of the reference's table.
      for (const [variable, tag] of [...this.threads].reverse()) {
        doc.newLine().put(`${names.ofVar(variable)} = T.env_thread(${quoted(tag)})`);
      }
    }
    for (const variable of byName(names.vars, this.definedVars)) {
      doc.newLine().put(`${names.vars.get(variable)!} = ${variableDefinition(variable)}`);
    }
    const buffers = byName(names.buffers, this.definedBuffers);
    if (buffers.length > 0) doc.newLine().put("# buffer definition");
    for (const buffer of buffers) {
      doc.newLine();
      this.buffer(buffer);
      doc.put(` = T.buffer_decl(${names.declarations.get(buffer)!})`);
    }
  }

  private attribute(value: FuncAttr): void {
    if (isExpr(value)) this.expr(value);
    else if (typeof value === "boolean") this.doc.put(value ? "True" : "False");
    else if (typeof value === "number") this.doc.put(String(value));
    else this.doc.put(quoted(String(value)));
  }

  // Statements ----------------------------------------------------------------------------------

  /** Statements at the current indentation. */
  private block(body: Stmt): void {
    const outer = this.isLast;
    const stmts = body.kind === "SeqStmt" ? body.seq : [body];
    stmts.forEach((stmt, i) => {
      if (i > 0) this.doc.newLine();
      this.isLast = i === stmts.length - 1;
      this.stmt(stmt);
    });
    this.isLast = outer;
  }

  private indentedBlock(body: Stmt, before: () => void = () => {}): void {
    this.doc.indented(INDENT, () => {
      this.doc.newLine();
      before();
      this.block(body);
    });
  }

  private stmt(stmt: Stmt): void {
    this.doc.showing(stmt, () => this.stmtText(stmt));
  }

  private stmtText(stmt: Stmt): void {
    switch (stmt.kind) {
      case "LetStmt":
        return this.scope({
          delimited: () => this.callText("T.let", [stmt.var_, stmt.value]),
          open: () => {
            if (!this.names.vars.has(stmt.var_)) this.definedVars.add(stmt.var_);
            this.expr(stmt.var_);
            this.doc.put(`: ${typeOf(stmt.var_)} = `);
            this.expr(stmt.value);
          },
          views: this.viewsOf(stmt.var_, stmt.body),
          body: stmt.body,
        });
      case "AttrStmt":
        if (stmt.node instanceof IterVar && isLaunch(stmt.key)) {
          return this.launch(stmt.node, stmt.value, stmt.body);
        }
        return this.sameScope(stmt.body, () => {
          this.doc.put("T.attr(");
          this.attrNode(stmt.node);
          this.doc.put(`, ${quoted(stmt.key)}, `);
          this.expr(stmt.value);
          this.doc.put(")");
        });
      case "AssertStmt":
        return this.scope({
          delimited: () => this.callText("T.Assert", [stmt.condition, stmt.message]),
          open: () => {
            this.doc.put("assert ");
            this.expr(stmt.condition);
            this.doc.put(", ");
            this.expr(stmt.message);
          },
          body: stmt.body,
        });
      case "Allocate":
        return this.allocate(stmt);
      case "IfThenElse":
        this.doc.put("if ");
        this.expr(stmt.condition);
        this.doc.put(":");
        this.indentedBlock(stmt.thenCase);
        if (stmt.elseCase === undefined || isOne(stmt.condition)) return;
        this.doc.newLine().put("else:");
        return this.indentedBlock(stmt.elseCase);
      case "For":
        return this.forLoop(stmt);
      case "While":
        this.doc.put("while ");
        this.expr(stmt.condition);
        this.doc.put(":");
        return this.indentedBlock(stmt.body);
      case "BufferStore":
        this.buffer(stmt.buffer);
        this.indices(stmt.indices);
        this.doc.put(" = ");
        return this.expr(stmt.value);
      case "ProducerStore":
        this.doc.put(stmt.producer.name);
        this.indices(stmt.indices);
        this.doc.put(" = ");
        return this.expr(stmt.value);
      case "BufferRealize":
        return this.realize(stmt, () => this.buffer(stmt.buffer), stmt.buffer.scope);
      case "ProducerRealize":
        return this.realize(stmt, () => this.doc.put(stmt.producer.name), stmt.storageScope);
      case "Prefetch":
        this.doc.put("T.prefetch(");
        this.buffer(stmt.buffer);
        this.doc.put(", [").list(stmt.bounds, ", ", (range) => this.range(range));
        return void this.doc.put("])");
      case "SeqStmt":
        return void this.doc.list(stmt.seq, "", (child) => {
          if (child !== stmt.seq[0]) this.doc.newLine();
          this.stmt(child);
        });
      case "Evaluate":
        return this.callText("T.evaluate", [stmt.value]);
      default:
        return assertNever(stmt);
    }
  }

  private callText(name: string, args: readonly PrimExpr[]): void {
    this.doc
      .put(`${name}(`)
      .list(args, ", ", (arg) => this.expr(arg))
      .put(")");
  }

  /**
   * A statement with a body. At the end of a block the body follows; elsewhere a `with` delimits it.
   */
  private scope(what: {
    readonly delimited: () => void;
    readonly open: () => void;
    /** Buffers to declare at the beginning of the body. */
    readonly views?: readonly Buffer[];
    readonly suffix?: () => void;
    readonly body: Stmt;
  }): void {
    const declareViews = (): void => (what.views ?? []).forEach((view) => this.declareView(view));
    if (this.isLast) {
      what.open();
      this.doc.newLine();
      declareViews();
      this.block(what.body);
    } else {
      this.doc.put("with ");
      what.delimited();
      what.suffix?.();
      this.doc.put(":");
      this.indentedBlock(what.body, declareViews);
    }
  }

  private sameScope(body: Stmt, print: () => void): void {
    this.scope({ delimited: print, open: print, body });
  }

  private launch(axis: IterVar, extent: PrimExpr, body: Stmt): void {
    this.definedVars.add(axis.var_);
    this.threads.set(axis.var_, axis.threadTag);
    this.sameScope(body, () => this.callText("T.launch_thread", [axis.var_, extent]));
    this.names.release(axis.var_);
  }

  private allocate(stmt: Stmt & { kind: "Allocate" }): void {
    const { bufferVar } = stmt;
    this.definedVars.add(bufferVar);
    const views = this.viewsOf(bufferVar, stmt.body);
    const call = (): void => {
      this.doc.put("T.allocate(");
      this.exprList(stmt.extents);
      const scope = bufferVar.pointer?.scope ?? "";
      this.doc.put(`, ${quoted(stmt.dtype)}, ${quoted(scope)}`);
      if (!isOne(stmt.condition)) {
        this.doc.put(", ");
        this.expr(stmt.condition);
      }
      this.annotations(stmt.annotations);
      this.doc.put(")");
    };
    this.scope({
      delimited: call,
      suffix: () => {
        this.doc.put(" as ");
        this.expr(bufferVar);
      },
      open: () => {
        // The names of its extents are assigned before its own name, although it is printed first.
        const text = this.textOf(call);
        this.expr(bufferVar);
        this.doc.put(` = ${text}`);
      },
      views,
      body: stmt.body,
    });
    this.names.release(bufferVar);
  }

  private realize(
    stmt: Stmt & { kind: "BufferRealize" | "ProducerRealize" },
    name: () => void,
    scope: string,
  ): void {
    this.sameScope(stmt.body, () => {
      this.doc.put("T.realize(");
      name();
      this.doc.put("[").list(stmt.bounds, ", ", (range) => this.range(range));
      this.doc.put(`], ${quoted(scope)}`);
      if (!isOne(stmt.condition)) {
        this.doc.put(", ");
        this.expr(stmt.condition);
      }
      this.doc.put(")");
    });
  }

  private annotations(annotations: Annotations): void {
    const keys = Object.keys(annotations).sort();
    if (keys.length === 0) return;
    this.doc.put(", annotations={").list(keys, ", ", (key) => {
      this.doc.put(`"${key}":`);
      this.expr(annotations[key]!);
    });
    this.doc.put("}");
  }

  private attrNode(node: AttrNode): void {
    if (isExpr(node)) this.expr(node);
    else if (node instanceof IterVar) this.iterVar(node);
    else if (node instanceof Buffer) this.buffer(node);
    else if (node instanceof CommReducer) this.reducer(node);
    else if (Array.isArray(node)) {
      this.doc.put("[").list(node as readonly AttrNode[], ", ", (each) => this.attrNode(each));
      this.doc.put("]");
    } else this.doc.put((node as DataProducer).name);
  }

  // Buffers that view a pointer -----------------------------------------------------------------

  /** The buffers below `body` that view `pointer`; one walk finds those of all pointers in it. */
  private viewsOf(pointer: Var, body: Stmt): readonly Buffer[] {
    if (!this.views.has(pointer)) {
      const seen = new Set<Buffer>();
      const note = ({ buffer }: { readonly buffer: Buffer }): void => {
        if (seen.has(buffer)) return;
        seen.add(buffer);
        this.views.set(buffer.data, [...(this.views.get(buffer.data) ?? []), buffer]);
      };
      walk(body, {
        Var: (variable) => {
          if (!this.views.has(variable)) this.views.set(variable, []);
        },
        BufferLoad: note,
        BufferStore: note,
      });
    }
    return this.views.get(pointer) ?? [];
  }

  private declareView(view: Buffer): void {
    this.buffer(view);
    this.doc.put(` = T.buffer_decl(${this.names.declarations.get(view)!})`).newLine();
    this.definedBuffers.add(view);
  }

  // Loops ---------------------------------------------------------------------------------------

  private forLoop(loop: For): void {
    this.definedVars.add(loop.loopVar);
    this.openLoopVars.add(loop.loopVar);
    const simple = isSimpleLoop(loop);
    if (simple) this.pendingLoops.push(loop);
    const inner = loop.body;
    if (simple && inner.kind === "For" && isSimpleLoop(inner) && !this.dependsOnLoops(inner)) {
      this.stmt(inner);
    } else if (simple) {
      this.loopHeads();
      this.indentedBlock(inner);
    } else {
      this.loopHead(loop);
      this.indentedBlock(inner);
    }
    this.names.release(loop.loopVar);
    this.openLoopVars.delete(loop.loopVar);
  }

  private dependsOnLoops(loop: For): boolean {
    const isLoopVar = (variable: Var): boolean => this.openLoopVars.has(variable);
    return usesVar(loop.min, isLoopVar) || usesVar(loop.extent, isLoopVar);
  }

  private loopHeads(): void {
    const loops = this.pendingLoops;
    this.pendingLoops = [];
    if (loops.length === 1) {
      this.loopHead(loops[0]!);
      return;
    }
    this.doc.put("for ").list(loops, ", ", (loop) => this.expr(loop.loopVar));
    this.doc.put(" in T.grid(").list(loops, ", ", (loop) => this.expr(loop.extent));
    this.doc.put("):");
  }

  private loopHead(loop: For): void {
    this.doc.put("for ");
    this.expr(loop.loopVar);
    this.doc.put(` in T.${LOOPS[loop.forKind]}(`);
    if (!isZero(loop.min)) {
      this.expr(loop.min);
      this.doc.put(", ");
    }
    this.expr(loopEnd(loop));
    if (loop.threadBinding !== undefined) {
      this.doc.put(`, thread=${quoted(loop.threadBinding.threadTag)}`);
    }
    this.annotations(loop.annotations);
    this.doc.put("):");
  }
}

function isLaunch(key: string): boolean {
  return key === "thread_extent" || key === "virtual_thread";
}

function isSimpleLoop(loop: For): boolean {
  return (
    loop.forKind === "serial" && Object.keys(loop.annotations).length === 0 && isZero(loop.min)
  );
}

/** `min + extent`; for an extent of the form `end - min`, the end. */
function loopEnd(loop: For): PrimExpr {
  const { min, extent } = loop;
  if (extent instanceof Sub && exprEqual(extent.b, min)) return extent.a;
  return endOf(min, extent);
}

/** The entries of `named` that are not in `defined`, ordered by name. */
function byName<T>(named: ReadonlyMap<T, string>, defined: ReadonlySet<T>): T[] {
  return [...named]
    .filter(([thing]) => !defined.has(thing))
    .sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([thing]) => thing);
}

function typeOf(variable: Var): string {
  if (variable.pointer === undefined) return `T.${variable.dtype}`;
  const { element, scope } = variable.pointer;
  return `T.Ptr[T.${element}${scope === "" ? "" : `, ${quoted(scope)}`}]`;
}

function variableDefinition(variable: Var): string {
  if (variable.pointer === undefined) return `T.var(${quoted(variable.dtype)})`;
  const { element, scope } = variable.pointer;
  return `T.buffer_var(${quoted(element)}, ${quoted(scope)})`;
}
