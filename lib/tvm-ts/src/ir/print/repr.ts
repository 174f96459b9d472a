/**
 * The reference's `repr` of expressions, with the names of variables only. Stages, operations and
 * iteration variables are printed with it.
 */

import { assertNever, escapeString, formatFloat } from "../../support";
import type { FloatImm, IntImm, PrimExpr, Reduce } from "../expr";
import { bitsOf, exactInteger } from "../dtype";

const INFIX: Readonly<Record<string, string>> = {
  Add: " + ",
  Sub: " - ",
  Mul: "*",
  Div: "/",
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

/** `(A[i0, i1] + 1)` */
export function reprExpr(expr: PrimExpr): string {
  if (expr.kind in INFIX) {
    // Left operands nest deeply in sums, so they are visited in a loop.
    let opened = 0;
    let node = expr;
    const tail: string[] = [];
    while (node.kind in INFIX) {
      const binary = node as PrimExpr & { a: PrimExpr; b: PrimExpr };
      tail.push(`${INFIX[node.kind]}${reprExpr(binary.b)})`);
      opened++;
      node = binary.a;
    }
    return "(".repeat(opened) + reprExpr(node) + tail.reverse().join("");
  }
  return reprOther(expr);
}

function reprOther(expr: PrimExpr): string {
  switch (expr.kind) {
    case "Var":
      return expr.isSize ? `{${expr.name}|${expr.name}>=0}` : expr.name;
    case "IntImm":
      return reprInt(expr);
    case "FloatImm":
      return reprFloat(expr);
    case "StringImm":
      return `"${escapeString(expr.value)}"`;
    case "Cast":
      return `${expr.dtype}(${reprExpr(expr.value)})`;
    case "FloorDiv":
      return `floordiv(${reprExpr(expr.a)}, ${reprExpr(expr.b)})`;
    case "FloorMod":
      return `floormod(${reprExpr(expr.a)}, ${reprExpr(expr.b)})`;
    case "Min":
      return `min(${reprExpr(expr.a)}, ${reprExpr(expr.b)})`;
    case "Max":
      return `max(${reprExpr(expr.a)}, ${reprExpr(expr.b)})`;
    case "Not":
      return `!${reprExpr(expr.a)}`;
    case "Select":
      return `select(${reprExpr(expr.condition)}, ${reprExpr(expr.trueValue)}, ${reprExpr(expr.falseValue)})`;
    case "BufferLoad":
      return `${expr.buffer.name}[${reprArgs(expr.indices)}]`;
    case "ProducerLoad":
      return `${expr.producer.name}[${reprArgs(expr.indices)}]`;
    case "Ramp":
      return `ramp(${reprExpr(expr.base)}, ${reprExpr(expr.stride)}, ${expr.lanes})`;
    case "Broadcast":
      return `x${expr.lanes}(${reprExpr(expr.value)})`;
    case "Shuffle":
      return `shuffle(${reprList(expr.vectors)}, ${reprList(expr.indices)})`;
    case "Let":
      return `(let ${expr.var_.name} = ${reprExpr(expr.value)} in ${reprExpr(expr.body)})`;
    case "Call":
      return `${expr.op.name}(${reprArgs(expr.args)})`;
    case "Reduce":
      return reprReduce(expr);
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
      return reprExpr(expr);
    default:
      return assertNever(expr);
  }
}

function reprReduce(expr: Reduce): string {
  const { combiner } = expr;
  const reducer =
    `comm_reducer(result=${reprList(combiner.result)}, lhs=${reprList(combiner.lhs)}, ` +
    `rhs=${reprList(combiner.rhs)}, identity_element=${reprList(combiner.identity)})`;
  const axis = `[${expr.axis.map((iv) => iv.toString()).join(", ")}]`;
  return (
    `reduce(combiner=${reducer}, source=${reprList(expr.source)}, init=${reprList(expr.init)}, ` +
    `axis=${axis}, where=${reprExpr(expr.condition)}, value_index=${expr.valueIndex})`
  );
}

function reprArgs(exprs: readonly PrimExpr[]): string {
  return exprs.map(reprExpr).join(", ");
}

/** `[a, b]` */
export function reprList(exprs: readonly PrimExpr[]): string {
  return `[${reprArgs(exprs)}]`;
}

function reprInt(expr: IntImm): string {
  const text = exactInteger(expr.value, expr.dtype).toString();
  return expr.dtype === "int32" ? text : `(${expr.dtype})${text}`;
}

function reprFloat(expr: FloatImm): string {
  const bits = bitsOf(expr.dtype);
  return formatFloat(expr.value) + (bits === 32 ? "f" : bits === 16 ? "h" : "");
}
