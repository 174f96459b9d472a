/**
 * The reference's text form of modules, functions and nodes, character by character.
 *
 * At its first occurrence a variable is printed with its type, and a buffer with its description. A
 * name already in use gets a number. (Format: `printer/tir_text_printer.cc` of TVM 0.10.)
 */

import { assertNever, escapeString, formatFloat } from "../../support";
import { ALLOC_ALIGNMENT, Buffer } from "../buffer";
import { dtypeInfo, exactInteger } from "../dtype";
import {
  CommReducer,
  isExpr,
  IterVar,
  type DataProducer,
  type FloatImm,
  type IntImm,
  type PrimExpr,
  type Range,
  type Reduce,
  type Var,
} from "../expr";
import type { FuncAttr, IRModule, PrimFunc } from "../prim-func";
import type { Allocate, AttrNode, For, Stmt } from "../stmt";
import type { Node } from "../shapes";
import { endOf } from "./range-end";
import { NameSupply, TextDoc, type PrintedText } from "./text-doc";

/** The module's text, functions in alphabetical order, each followed by an empty line. */
export function printModule(module: IRModule): PrintedText {
  const printer = new TextPrinter();
  const names = [...module.functions.keys()].sort();
  names.forEach((name, i) => {
    if (i > 0) printer.doc.newLine();
    printer.doc.put(`@${name} = `);
    printer.primFunc(module.functions.get(name)!);
    printer.doc.newLine();
  });
  return printer.doc.finish();
}

export function printFunc(func: PrimFunc): PrintedText {
  const printer = new TextPrinter();
  printer.primFunc(func);
  return printer.doc.finish();
}

export function printStmt(stmt: Stmt): PrintedText {
  const printer = new TextPrinter();
  printer.stmt(stmt);
  return printer.doc.finish();
}

export function printExpr(expr: PrimExpr): string {
  const printer = new TextPrinter();
  printer.expr(expr);
  return printer.doc.finish().text;
}

const INFIX: Readonly<Record<string, string>> = {
  Add: " + ",
  Sub: " - ",
  Mul: "*",
  Div: " / ",
  Mod: " % ",
  EQ: " == ",
  NE: " != ",
  LT: " < ",
  LE: " <= ",
  GT: " > ",
  GE: " >= ",
  And: " && ",
  Or: " || ",
};

const FOR_KINDS = {
  serial: "",
  parallel: ' "parallel"',
  vectorized: ' "vectorized"',
  unrolled: ' "unroll"',
  thread_binding: ' "thread_binding"',
} as const;

class TextPrinter {
  readonly doc = new TextDoc();
  private readonly names = new NameSupply();
  private vars = new Map<Var, string>();
  private buffers = new Map<Buffer, string>();
  private readonly producers = new Map<DataProducer, string>();
  private readonly reducers = new Map<CommReducer, number>();

  // Functions -----------------------------------------------------------------------------------

  primFunc(func: PrimFunc): void {
    this.vars = new Map();
    this.buffers = new Map();
    const mapped = func.params.filter((param) => func.bufferMap.has(param));
    for (const param of mapped) this.nameBuffer(func.bufferMap.get(param)!);

    this.doc.put("primfn(");
    this.doc.list(func.params, ", ", (param) => this.expr(param)).put(") -> ()");
    this.doc.indented(2, () => {
      this.attributes(func.attrs);
      if (mapped.length > 0) this.bufferTable(func, mapped);
      if (func.preflattenedBufferMap.size > 0) this.preflattenedTable(func);
    });
    this.body(func.body);
  }

  private attributes(attrs: Readonly<Record<string, FuncAttr>>): void {
    const keys = Object.keys(attrs);
    if (keys.length === 0) return;
    this.doc.newLine().put("attr = {");
    this.doc.list(keys, ", ", (key) => {
      this.doc.put(`${quoted(key)}: `);
      this.attribute(attrs[key]!);
    });
    this.doc.put("}");
  }

  private attribute(value: FuncAttr): void {
    if (isExpr(value)) this.expr(value);
    else if (typeof value === "string") this.doc.put(quoted(value));
    else if (typeof value === "boolean") this.doc.put(value ? "True" : "False");
    else this.doc.put(String(value));
  }

  private bufferTable(func: PrimFunc, mapped: readonly Var[]): void {
    this.doc.newLine().put("buffers = {");
    this.doc.indented(11, () => {
      mapped.forEach((param, i) => {
        if (i > 0) this.doc.put(",").newLine();
        const buffer = func.bufferMap.get(param)!;
        this.doc.showing(buffer, () => {
          this.doc.put(this.buffers.get(buffer)!);
          this.bufferDescription(buffer);
        });
      });
    });
    this.doc.put("}").newLine().put("buffer_map = {");
    this.doc.list(mapped, ", ", (param) => {
      this.expr(param);
      this.doc.put(": ");
      this.buffer(func.bufferMap.get(param)!);
    });
    this.doc.put("}");
  }

  private preflattenedTable(func: PrimFunc): void {
    this.doc.newLine().put("preflattened_buffer_map = {");
    this.doc.list(func.preflattenedBufferMap, ", ", ([param, buffer]) => {
      this.expr(param);
      this.doc.put(": ");
      this.buffer(buffer);
    });
    this.doc.put("}");
  }

  // Names ---------------------------------------------------------------------------------------

  private nameBuffer(buffer: Buffer): string {
    let name = this.buffers.get(buffer);
    if (name === undefined) {
      name = this.names.take(startsWithLetter(buffer.name) ? buffer.name : `buf_${buffer.name}`);
      this.buffers.set(buffer, name);
    }
    return name;
  }

  private variable(variable: Var): void {
    const existing = this.vars.get(variable);
    if (existing !== undefined) {
      this.doc.put(existing);
      return;
    }
    const wanted = startsWithLetter(variable.name) ? variable.name : `v${variable.name}`;
    const name = this.names.take(wanted);
    this.vars.set(variable, name);
    this.doc.put(`${name}: ${typeText(variable)}`);
  }

  private buffer(buffer: Buffer): void {
    this.doc.showing(buffer, () => {
      const existing = this.buffers.get(buffer);
      this.doc.put(existing ?? this.nameBuffer(buffer));
      if (existing === undefined) this.bufferDescription(buffer);
    });
  }

  private bufferDescription(buffer: Buffer): void {
    this.doc.put(": Buffer(");
    this.expr(buffer.data);
    this.doc.put(`, ${buffer.dtype}, `);
    this.exprList(buffer.shape);
    this.doc.put(", ");
    this.exprList(buffer.strides);
    if (!(buffer.elemOffset.kind === "IntImm" && buffer.elemOffset.value === 0)) {
      this.doc.put(", elem_offset=");
      this.expr(buffer.elemOffset);
    }
    if (buffer.axisSeparators.length > 0) {
      this.doc.put(`, axis_separators=[${buffer.axisSeparators.join(", ")}]`);
    }
    if (buffer.scope !== "global") this.doc.put(`, scope=${quoted(buffer.scope)}`);
    if (buffer.dataAlignment !== ALLOC_ALIGNMENT) this.doc.put(`, align=${buffer.dataAlignment}`);
    if (buffer.offsetFactor !== 1) this.doc.put(`, offset_factor=${buffer.offsetFactor}`);
    if (buffer.autoBroadcast) this.doc.put(', type="auto"');
    this.doc.put(")");
  }

  private producer(producer: DataProducer): void {
    const existing = this.producers.get(producer);
    if (existing !== undefined) {
      this.doc.put(existing);
      return;
    }
    const wanted = startsWithLetter(producer.name) ? producer.name : `tensor_${producer.name}`;
    const name = this.names.take(wanted);
    this.producers.set(producer, name);
    this.doc.put(`${name}: DataProducer(${quoted(producer.name)}, ${producer.dtype}, `);
    this.exprList(producer.shape);
    this.doc.put(")");
  }

  // Expressions ---------------------------------------------------------------------------------

  expr(expr: PrimExpr): void {
    this.doc.showing(expr, () => {
      if (expr.kind in INFIX) this.infix(expr as Node & { a: PrimExpr; b: PrimExpr });
      else this.exprText(expr);
    });
  }

  /** Left operands nest deeply in sums, so they are visited in a loop. */
  private infix(expr: Node & { a: PrimExpr; b: PrimExpr }): void {
    const spine = [expr];
    let left = expr.a;
    while (left.kind in INFIX) {
      spine.push(left as typeof expr);
      left = (left as typeof expr).a;
    }
    this.doc.put("(".repeat(spine.length));
    this.expr(left);
    for (const node of spine.reverse()) {
      this.doc.put(INFIX[node.kind]!);
      this.expr(node.b);
      this.doc.put(")");
    }
  }

  private exprText(expr: PrimExpr): void {
    switch (expr.kind) {
      case "Var":
        return this.variable(expr);
      case "IntImm":
      case "FloatImm":
        return void this.doc.put(constantText(expr));
      case "StringImm":
        return void this.doc.put(quoted(expr.value));
      case "Cast":
        this.doc.put(`cast(${expr.dtype}, `);
        this.expr(expr.value);
        return void this.doc.put(")");
      case "FloorDiv":
        return this.callText("floordiv", [expr.a, expr.b]);
      case "FloorMod":
        return this.callText("floormod", [expr.a, expr.b]);
      case "Min":
        return this.callText("min", [expr.a, expr.b]);
      case "Max":
        return this.callText("max", [expr.a, expr.b]);
      case "Not":
        this.doc.put("!");
        return this.expr(expr.a);
      case "Select":
        return this.callText("select", [expr.condition, expr.trueValue, expr.falseValue]);
      case "BufferLoad":
        this.buffer(expr.buffer);
        return this.exprList(expr.indices);
      case "ProducerLoad":
        this.doc.put(expr.producer.name);
        return this.exprList(expr.indices);
      case "Ramp":
        this.doc.put("ramp(");
        this.expr(expr.base);
        this.doc.put(", ");
        this.expr(expr.stride);
        return void this.doc.put(`, ${expr.lanes})`);
      case "Broadcast":
        this.doc.put("broadcast(");
        this.expr(expr.value);
        return void this.doc.put(`, ${expr.lanes})`);
      case "Shuffle":
        this.doc.put("shuffle(");
        this.exprList(expr.vectors);
        this.doc.put(", ");
        this.exprList(expr.indices);
        return void this.doc.put(")");
      case "Let":
        this.doc.put("let ");
        this.expr(expr.var_);
        this.doc.put(" = ");
        this.expr(expr.value);
        this.doc.put(" in ");
        return this.expr(expr.body);
      case "Call":
        this.doc.put(`@${expr.op.name}(`);
        this.doc.list(expr.args, ", ", (arg) => this.expr(arg));
        return void this.doc.put(`, dtype=${expr.dtype})`);
      case "Reduce":
        return this.reduce(expr);
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "Mod":
      case "EQ":
      case "NE":
      case "LT":
      case "LE":
      case "GT":
      case "GE":
      case "And":
      case "Or":
        return this.infix(expr);
      default:
        return assertNever(expr);
    }
  }

  /** Reducers are printed as numbers: the text form of the reference has no syntax for them. */
  private reducer(combiner: CommReducer): void {
    const number = this.reducers.get(combiner) ?? this.reducers.size;
    this.reducers.set(combiner, number);
    this.doc.put(`meta[tir.CommReducer][${number}]`);
  }

  private reduce(expr: Reduce): void {
    this.doc.put("reduce(");
    this.reducer(expr.combiner);
    this.doc.put(", ");
    this.exprList(expr.source);
    this.doc.put(", [").list(expr.axis, ", ", (axis) => this.iterVar(axis));
    this.doc.put(`], ${expr.valueIndex}, `);
    this.exprList(expr.init);
    this.doc.put(")");
  }

  private callText(name: string, args: readonly PrimExpr[]): void {
    this.doc.put(`${name}(`);
    this.doc.list(args, ", ", (arg) => this.expr(arg)).put(")");
  }

  private exprList(exprs: readonly PrimExpr[]): void {
    this.doc.put("[").list(exprs, ", ", (expr) => this.expr(expr));
    this.doc.put("]");
  }

  private range(range: Range): void {
    this.expr(range.min);
    this.doc.put(":");
    this.expr(endOf(range.min, range.extent));
  }

  private iterVar(axis: IterVar): void {
    this.doc.showing(axis, () => {
      this.doc.put("IterVar(");
      this.expr(axis.var_);
      if (axis.dom === undefined) this.doc.put(", (nullptr), ");
      else {
        this.doc.put(", [");
        this.range(axis.dom);
        this.doc.put("], ");
      }
      this.doc.put(`${quoted(axis.iterType)}, ${quoted(axis.threadTag)})`);
    });
  }

  // Statements ----------------------------------------------------------------------------------

  stmt(stmt: Stmt): void {
    this.doc.showing(stmt, () => this.stmtText(stmt));
  }

  private stmtText(stmt: Stmt): void {
    switch (stmt.kind) {
      case "LetStmt":
        this.doc.put("let ");
        this.expr(stmt.var_);
        this.doc.put(" = ");
        this.expr(stmt.value);
        this.doc.newLine();
        return this.stmt(stmt.body);
      case "AttrStmt":
        this.doc.put("attr [");
        this.attrNode(stmt.node);
        this.doc.put(`] ${quoted(stmt.key)} = `);
        this.expr(stmt.value);
        return this.scopedBody(stmt.body);
      case "IfThenElse":
        this.doc.put("if ");
        this.expr(stmt.condition);
        this.body(stmt.thenCase);
        if (stmt.elseCase === undefined) return;
        if (stmt.condition.kind === "IntImm" && stmt.condition.value === 1) return;
        this.doc.put(" else");
        return this.body(stmt.elseCase);
      case "For":
        return this.loop(stmt);
      case "While":
        this.doc.put("while (");
        this.expr(stmt.condition);
        this.doc.put(")");
        return this.body(stmt.body);
      case "Allocate":
        return this.allocation(stmt);
      case "BufferStore":
        this.buffer(stmt.buffer);
        this.exprList(stmt.indices);
        this.doc.put(" = ");
        return this.expr(stmt.value);
      case "BufferRealize":
        this.doc.put("realize(");
        this.buffer(stmt.buffer);
        this.bounds(stmt.bounds);
        this.expr(stmt.condition);
        this.body(stmt.body);
        return void this.doc.put(")");
      case "ProducerStore":
        this.producer(stmt.producer);
        this.exprList(stmt.indices);
        this.doc.put(" = ");
        return this.expr(stmt.value);
      case "ProducerRealize":
        this.doc.put("producer_realize(");
        this.producer(stmt.producer);
        this.bounds(stmt.bounds);
        this.expr(stmt.condition);
        this.doc.put(", ");
        this.body(stmt.body);
        return void this.doc.put(")");
      case "Prefetch":
        this.doc.put("prefetch(");
        this.buffer(stmt.buffer);
        this.doc.put(", [").list(stmt.bounds, ", ", (range) => this.range(range));
        return void this.doc.put("])");
      case "AssertStmt":
        this.doc.put("assert(");
        this.expr(stmt.condition);
        this.doc.put(`, ${quoted(stmt.message.value)})`).newLine();
        return this.stmt(stmt.body);
      case "SeqStmt":
        this.doc.put(" {").indented(2, () => {
          for (const child of stmt.seq) {
            this.doc.newLine();
            this.stmt(child);
          }
        });
        return void this.doc.newLine().put("}");
      case "Evaluate":
        return this.expr(stmt.value);
      default:
        return assertNever(stmt);
    }
  }

  private loop(stmt: For): void {
    this.doc.put("for (");
    this.expr(stmt.loopVar);
    this.doc.put(", ");
    this.expr(stmt.min);
    this.doc.put(", ");
    this.expr(endOf(stmt.min, stmt.extent));
    this.doc.put(`)${FOR_KINDS[stmt.forKind]}`);
    this.body(stmt.body);
  }

  private allocation(stmt: Allocate): void {
    this.doc.put("allocate(");
    this.expr(stmt.bufferVar);
    this.doc.put(`, ${stmt.dtype}, `);
    this.exprList(stmt.extents);
    this.doc.put(`), storage_scope = ${stmt.bufferVar.pointer?.scope ?? ""}`);
    this.annotations(stmt.annotations);
    if (!(stmt.condition.kind === "IntImm" && stmt.condition.value === 1)) {
      this.doc.put(" if ");
      this.expr(stmt.condition);
    }
    this.scopedBody(stmt.body);
  }

  private bounds(bounds: readonly Range[]): void {
    this.doc.put(", [").list(bounds, ", ", (range) => this.range(range));
    this.doc.put("], ");
  }

  private annotations(annotations: Readonly<Record<string, PrimExpr>>): void {
    const keys = Object.keys(annotations);
    if (keys.length === 0) return;
    this.doc.put(", annotations = {").list(keys, ", ", (key) => {
      this.doc.put(`${quoted(key)}: `);
      this.expr(annotations[key]!);
    });
    this.doc.put("})");
  }

  private attrNode(node: AttrNode): void {
    if (isExpr(node)) this.expr(node);
    else if (node instanceof IterVar) this.iterVar(node);
    else if (node instanceof Buffer) this.buffer(node);
    else if (node instanceof CommReducer) this.reducer(node);
    else if (Array.isArray(node)) {
      this.doc
        .put("[")
        .list(node as readonly AttrNode[], ", ", (element) => this.attrNode(element));
      this.doc.put("]");
    } else this.producer(node as DataProducer);
  }

  private body(body: Stmt): void {
    if (body.kind === "SeqStmt") {
      this.stmt(body);
      return;
    }
    this.doc.put(" {").indented(2, () => {
      this.doc.newLine();
      this.stmt(body);
    });
    this.doc.newLine().put("}");
  }

  /** The body of an attribute or an allocation: a single statement is printed on the next line. */
  private scopedBody(body: Stmt): void {
    if (body.kind === "SeqStmt") {
      this.body(body);
      return;
    }
    this.doc.put(";").newLine();
    this.stmt(body);
  }
}

function quoted(text: string): string {
  return `"${escapeString(text)}"`;
}

function startsWithLetter(name: string): boolean {
  return /^[A-Za-z]/.test(name);
}

function typeText(variable: Var): string {
  if (variable.pointer === undefined) return variable.dtype;
  const { element, scope } = variable.pointer;
  return `Pointer(${scope === "" ? "" : `${scope} `}${element})`;
}

const SUFFIX: Readonly<Record<string, string>> = { int: "i", uint: "u", float: "f" };

/** A constant in the reference's notation: `3`, `3i8`, `0.5f32`, `True`. */
export function constantText(constant: IntImm | FloatImm): string {
  const { code, bits } = dtypeInfo(constant.dtype);
  if (constant.dtype === "bool") return constant.value === 1 ? "True" : "False";
  const number =
    constant.kind === "IntImm"
      ? exactInteger(constant.value, constant.dtype).toString()
      : formatFloat(constant.value);
  return constant.dtype === "int32" ? number : `${number}${SUFFIX[code] ?? ""}${bits}`;
}
