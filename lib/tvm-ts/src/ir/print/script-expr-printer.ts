/** TVMScript of expressions and of the buffers in them; statements are in `script-printer.ts`. */

import { assertNever, escapeString, formatFloat } from "../../support";
import { ALLOC_ALIGNMENT, type Buffer } from "../buffer";
import { exactInteger, type DataType } from "../dtype";
import {
  Add,
  IntImm,
  type CommReducer,
  type FloatImm,
  type IterVar,
  type PrimExpr,
  type Range,
  type Reduce,
  type Var,
} from "../expr";
import { constFold } from "../fold";
import { endOf } from "./range-end";
import { ScriptNames } from "./script-names";
import { TextDoc } from "./text-doc";

/**
 * The infix operators by kind of node, with their precedence; a larger number binds more loosely.
 */
const INFIX: Readonly<Record<string, { readonly symbol: string; readonly looseness: number }>> = {
  Mul: { symbol: " * ", looseness: 1 },
  Div: { symbol: " / ", looseness: 1 },
  FloorDiv: { symbol: " // ", looseness: 1 },
  FloorMod: { symbol: " % ", looseness: 1 },
  Add: { symbol: " + ", looseness: 2 },
  Sub: { symbol: " - ", looseness: 2 },
  LT: { symbol: " < ", looseness: 3 },
  LE: { symbol: " <= ", looseness: 3 },
  GT: { symbol: " > ", looseness: 3 },
  GE: { symbol: " >= ", looseness: 3 },
  EQ: { symbol: " == ", looseness: 4 },
  NE: { symbol: " != ", looseness: 4 },
  And: { symbol: " and ", looseness: 5 },
  Or: { symbol: " or ", looseness: 6 },
};

type InfixExpr = Extract<PrimExpr, { a: PrimExpr; b: PrimExpr }>;

function isInfix(expr: PrimExpr): expr is InfixExpr {
  return expr.kind in INFIX;
}

function looseness(expr: PrimExpr): number {
  return INFIX[expr.kind]?.looseness ?? 0;
}

export class ScriptExprPrinter {
  protected doc = new TextDoc();
  protected readonly names = new ScriptNames();
  /** Variables and buffers whose definition is not printed in the function's head. */
  protected readonly definedVars = new Set<Var>();
  protected readonly definedBuffers = new Set<Buffer>();

  /** The output of `print` as a separate text. */
  protected textOf(print: () => void): string {
    const outer = this.doc;
    this.doc = new TextDoc();
    print();
    const { text } = this.doc.finish();
    this.doc = outer;
    return text;
  }

  expr(expr: PrimExpr): void {
    this.doc.showing(expr, () => {
      if (isInfix(expr)) this.infix(expr);
      else this.exprText(expr);
    });
  }

  /** Left operands nest deeply in sums, so they are visited in a loop. */
  private infix(expr: InfixExpr): void {
    const spine: InfixExpr[] = [expr];
    let left = expr.a;
    while (isInfix(left)) {
      spine.push(left);
      left = left.a;
    }
    const parenthesized = spine.map(
      (node, i) => i > 0 && looseness(node) > looseness(spine[i - 1]!),
    );
    this.doc.put("(".repeat(parenthesized.filter(Boolean).length));
    this.expr(left);
    for (let i = spine.length - 1; i >= 0; i--) {
      const node = spine[i]!;
      this.doc.put(INFIX[node.kind]!.symbol);
      if (looseness(node.b) >= looseness(node)) {
        this.doc.put("(");
        this.expr(node.b);
        this.doc.put(")");
      } else this.expr(node.b);
      if (parenthesized[i]!) this.doc.put(")");
    }
  }

  private exprText(expr: PrimExpr): void {
    switch (expr.kind) {
      case "Var":
        return void this.doc.put(this.names.ofVar(expr));
      case "IntImm":
        return void this.doc.put(scriptInt(expr));
      case "FloatImm":
        return void this.doc.put(scriptFloat(expr));
      case "StringImm":
        return void this.doc.put(quoted(expr.value));
      case "Cast":
        return this.call("T.cast", [expr.value], quoted(expr.dtype));
      case "Mod":
        return this.call("T.truncmod", [expr.a, expr.b]);
      case "Min":
        return this.call("T.min", [expr.a, expr.b]);
      case "Max":
        return this.call("T.max", [expr.a, expr.b]);
      case "Not":
        return this.call("not", [expr.a]);
      case "Select":
        return this.call("T.Select", [expr.condition, expr.trueValue, expr.falseValue]);
      case "BufferLoad":
        this.buffer(expr.buffer);
        return this.indices(expr.indices);
      case "ProducerLoad":
        this.doc.put(expr.producer.name);
        return this.indices(expr.indices);
      case "Ramp":
        return this.call("T.ramp", [expr.base, expr.stride], String(expr.lanes));
      case "Broadcast":
        return this.call("T.broadcast", [expr.value], String(expr.lanes));
      case "Let":
        return this.call("T.let", [expr.var_, expr.value, expr.body]);
      case "Call":
        return this.call(
          expr.op.name.replace(/^tir\./, "T."),
          expr.args,
          `dtype=${quoted(expr.dtype)}`,
        );
      case "Shuffle":
        this.doc.put("T.shuffle(");
        this.exprList(expr.vectors);
        this.doc.put(", ");
        this.exprList(expr.indices);
        return void this.doc.put(")");
      case "Reduce":
        return this.reduce(expr);
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "FloorDiv":
      case "FloorMod":
      case "LT":
      case "LE":
      case "GT":
      case "GE":
      case "EQ":
      case "NE":
      case "And":
      case "Or":
        return this.infix(expr);
      default:
        return assertNever(expr);
    }
  }

  private call(name: string, args: readonly PrimExpr[], last?: string): void {
    this.doc.put(`${name}(`).list(args, ", ", (arg) => this.expr(arg));
    if (last !== undefined) this.doc.put(args.length === 0 ? last : `, ${last}`);
    this.doc.put(")");
  }

  private reduce(expr: Reduce): void {
    this.doc.put("T.reduce(");
    this.reducer(expr.combiner);
    this.doc.put(", ");
    this.exprList(expr.source);
    this.doc.put(", [").list(expr.axis, ", ", (axis) => this.iterVar(axis));
    this.doc.put(`], ${expr.valueIndex})`);
  }

  protected reducer(combiner: CommReducer): void {
    const { lhs, rhs, result } = combiner;
    this.doc.put("T.comm_reducer(lambda ");
    this.doc.list([...lhs, ...rhs], ", ", (variable) => this.expr(variable)).put(": ");
    this.doc.put(result.length === 1 ? "" : "(");
    this.doc.list(result, ", ", (value) => this.expr(value));
    this.doc.put(result.length === 1 ? ", " : "), ");
    this.exprList(combiner.identity);
    this.doc.put(")");
    // The variables are the lambda's parameters, so they need no definition outside.
    for (const parameter of [...lhs, ...rhs]) this.names.vars.delete(parameter);
  }

  protected exprList(exprs: readonly PrimExpr[]): void {
    this.doc.put("[").list(exprs, ", ", (expr) => this.expr(expr));
    this.doc.put("]");
  }

  protected range(range: Range): void {
    this.expr(range.min);
    this.doc.put(":");
    this.expr(endOf(range.min, range.extent));
  }

  protected iterVar(axis: IterVar): void {
    this.doc.showing(axis, () => {
      this.doc.put("T.iter_var(");
      this.expr(axis.var_);
      if (axis.dom === undefined) this.doc.put(", None, ");
      else {
        this.doc.put(", [");
        this.range(axis.dom);
        this.doc.put("], ");
      }
      this.doc.put(`${quoted(axis.iterType)}, ${quoted(axis.threadTag)})`);
    });
  }

  /** `[i, j]`; consecutive lanes are printed as a slice. */
  protected indices(indices: readonly PrimExpr[]): void {
    if (indices.length === 0) {
      this.doc.put("[()]");
      return;
    }
    this.doc.put("[").list(indices, ", ", (index) => {
      if (index.kind !== "Ramp" || index.stride.kind !== "IntImm") return this.expr(index);
      const { base, stride, lanes } = index;
      const end = new IntImm(lanes * stride.value, base.dtype);
      this.expr(base);
      this.doc.put(":");
      this.expr(constFold.Add(base, end) ?? new Add(base, end));
      if (stride.value === 1) return;
      this.doc.put(":");
      this.expr(stride);
    });
    this.doc.put("]");
  }

  protected buffer(buffer: Buffer): void {
    this.doc.showing(buffer, () => this.doc.put(this.bufferName(buffer)));
  }

  protected bufferName(buffer: Buffer): string {
    const existing = this.names.buffers.get(buffer);
    if (existing !== undefined) return existing;
    const name = this.names.newBuffer(buffer);
    this.names.declarations.set(
      buffer,
      this.textOf(() => this.declaration(buffer, name)),
    );
    return name;
  }

  /** The arguments in a buffer's declaration. */
  private declaration(buffer: Buffer, name: string): void {
    const { doc } = this;
    this.exprList(buffer.shape);
    doc.put(`, dtype=${quoted(buffer.dtype)}`);
    if (this.names.vars.has(buffer.data)) {
      doc.put(", data=");
      this.expr(buffer.data);
    } else this.defineAs(buffer.data, `${name}.data`);
    if (buffer.strides.length > 0) {
      doc.put(", strides=");
      this.exprList(buffer.strides);
    }
    const offset = buffer.elemOffset;
    let offsetIsBound = false;
    if (offset.kind === "Var" && !this.names.vars.has(offset)) {
      this.defineAs(offset, `${name}.elem_offset`);
      offsetIsBound = true;
    } else if (offset.kind === "Var" || (offset.kind === "IntImm" && offset.value !== 0)) {
      doc.put(", elem_offset=");
      this.expr(offset);
    }
    if (buffer.scope !== "global") doc.put(`, scope=${quoted(buffer.scope)}`);
    if (buffer.dataAlignment !== ALLOC_ALIGNMENT) doc.put(`, align=${buffer.dataAlignment}`);
    if (buffer.offsetFactor !== 1 || offsetIsBound) {
      doc.put(`, offset_factor=${buffer.offsetFactor}`);
    }
    if (buffer.autoBroadcast) doc.put(', type="auto"');
    if (buffer.axisSeparators.length > 0) {
      doc.put(`, axis_separators=[${buffer.axisSeparators.join(", ")}]`);
    }
  }

  /** Registers a variable that is defined by a buffer, under the text `definition`. */
  private defineAs(variable: Var, name: string): void {
    this.names.vars.set(variable, name);
    this.definedVars.add(variable);
  }
}

export function quoted(text: string): string {
  return `"${escapeString(text)}"`;
}

function scriptInt(constant: IntImm): string {
  if (constant.dtype === "bool") return constant.value === 1 ? "True" : "False";
  const { value, dtype } = constant;
  const text = exactInteger(value, dtype).toString();
  return typed(text, dtype, dtype === "int32");
}

/** Seventeen digits represent the value exactly. */
function scriptFloat(constant: FloatImm): string {
  const text = formatFloat(constant.value, 17);
  return typed(Number.isFinite(constant.value) ? text : `"${text}"`, constant.dtype, false);
}

function typed(text: string, dtype: DataType, bare: boolean): string {
  return bare ? text : `T.${dtype}(${text})`;
}
