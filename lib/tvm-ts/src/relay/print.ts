/**
 * Relay's text format. A value is numbered when it is first read, so its line precedes the operator
 * that reads it; large constants are numbered and their values left out.
 */

import { Func, type Call, type Constant, type Expr } from "./relay-expr";
import type { AttrSpec, AttrValue, Op } from "./relay-op";
import { operandsOf, visitInPostOrder } from "./visit";

const VERSION = '#[version = "0.0.5"]';

const METADATA_NOTE = [
  "/* For debugging purposes the metadata section has been omitted.",
  " * If you would like to see the full metadata section you can set the ",
  " * option to `True` when invoking `astext`. ",
  " */",
].join("\n");

/** The text of a network. */
export function printRelay(func: Func): string {
  const printer = new Printer();
  const text = printer.function(func);
  return [VERSION, text, ...(printer.hasMetadata ? [METADATA_NOTE] : [])].join("\n");
}

/** A number in the format of C++ streams: six significant digits. */
function streamedNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const exponent = Number(value.toExponential(5).split("e")[1]);
  if (exponent < -4 || exponent >= 6) {
    const [digits, power] = value.toExponential(5).split("e") as [string, string];
    const trimmed = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
    return `${trimmed}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  const fixed = value.toFixed(5 - exponent);
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/** Types whose scalars are printed inline. */
const SCALAR_SUFFIX: Readonly<Record<string, string>> = {
  int16: "i16",
  int32: "",
  int64: "i64",
  float16: "f16",
  float32: "f",
  float64: "f64",
};

class Printer {
  private readonly texts = new Map<Expr, string>();
  private readonly numbered = new Set<Expr>();
  private readonly constants = new Map<Expr, number>();
  private readonly names = new Map<string, number>();
  private lines: string[] = [];
  private next = 0;

  get hasMetadata(): boolean {
    return this.constants.size > 0;
  }

  function(func: Func): string {
    const params = func.params.map((param) => {
      const name = this.uniqueName(/^[A-Za-z]/.test(param.name) ? param.name : `v${param.name}`);
      this.texts.set(param, name);
      return `${name}: ${param.type} /* ty=${param.type} */`;
    });
    visitInPostOrder(func.body, (expr) => {
      if (!this.texts.has(expr)) this.texts.set(expr, this.expression(expr));
    });
    const result = this.texts.get(func.body)!;
    const body = [...this.lines, result].map((line) => `  ${line}`).join("\n");
    const type = `fn (${func.params.map((param) => String(param.type)).join(", ")}) -> ${func.type}`;
    return `fn (${params.join(", ")}) -> ${func.type} {\n${body}\n} /* ty=${type} */`;
  }

  /** The text of an expression whose operands are already printed. */
  private expression(expr: Expr): string {
    const operands = operandsOf(expr).map((operand) => this.reference(operand));
    switch (expr.kind) {
      case "constant":
        return `${this.constant(expr)} /* ty=${expr.type} */`;
      case "var": {
        // A free variable, which is not a function's parameter.
        const name = this.uniqueName(expr.name);
        this.lines.push(`free_var ${name}: ${expr.type} /* ty=${expr.type} */;`);
        return name;
      }
      case "call":
        return `${this.callee(expr)}(${[...operands, ...attributes(expr)].join(", ")}) /* ty=${expr.type} */`;
      case "tuple":
        return `(${operands.join(", ")}${operands.length === 1 ? "," : ""}) /* ty=${expr.type} */`;
      case "tuple_get_item":
        return `${operands[0]}.${expr.index} /* ty=${expr.type} */`;
      case "function":
        return "fn";
    }
  }

  private callee(call: Call): string {
    return call.op.kind === "op" ? call.op.name : "fn";
  }

  /** The name of an expression for its readers; its line is printed on first use. */
  private reference(expr: Expr): string {
    const text = this.texts.get(expr)!;
    if (expr.kind === "var" || expr.kind === "constant" || this.numbered.has(expr)) return text;
    this.numbered.add(expr);
    const name = `%${this.next++}`;
    this.lines.push(`${name} = ${text};`);
    this.texts.set(expr, name);
    return name;
  }

  private constant(expr: Constant): string {
    const { value } = expr;
    const suffix = SCALAR_SUFFIX[value.dtype];
    if (value.shape.length === 0 && value.dtype === "bool") return value.data[0] ? "True" : "False";
    if (value.shape.length === 0 && suffix !== undefined) {
      const number = value.data[0]!;
      const text = value.dtype.startsWith("int") ? String(number) : streamedNumber(number);
      return `${text}${suffix}`;
    }
    const index = this.constants.get(expr) ?? this.constants.size;
    this.constants.set(expr, index);
    return `meta[relay.Constant][${index}]`;
  }

  private uniqueName(name: string): string {
    const count = this.names.get(name);
    if (count === undefined) {
      this.names.set(name, 0);
      return `%${name}`;
    }
    let number = count;
    do number++;
    while (this.names.has(`${name}${number}`));
    this.names.set(name, number);
    this.names.set(`${name}${number}`, 0);
    return `%${name}${number}`;
  }
}

/** The settings that differ from their defaults. */
function attributes(call: Call): string[] {
  if (call.op.kind !== "op") return [];
  const op: Op = call.op;
  return op.attrs
    .filter((attr) => !isDefault(attr, call.attrs[attr.name]))
    .map((attr) => `${attr.name}=${attributeText(call.attrs[attr.name]!, attr.float === true)}`);
}

function isDefault(attr: AttrSpec, value: AttrValue | undefined): boolean {
  return value === undefined || JSON.stringify(value) === JSON.stringify(attr.default);
}

function attributeText(value: AttrValue, float: boolean): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return float ? `${streamedNumber(value)}f` : String(value);
  return `[${value.map((item) => attributeText(item, float)).join(", ")}]`;
}
