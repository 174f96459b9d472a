/**
 * The language of rewrite rules. A pattern is an expression over pattern variables:
 *
 *     x y z  b1 b2  s1 s2   any expression; the same name twice means equal expressions
 *     c1 c2 c3              an integer constant
 *     f1                    a floating-point constant
 *     lanes                 the number of lanes of a `ramp` or `broadcast`
 *     0 1 2 ...             that integer
 *
 * with the operators `+ - * < <= > >= == != && || !` and the functions `truncdiv truncmod floordiv
 * floormod min max select ramp broadcast`. Conditions can also use `%`, the truncated remainder.
 */

import { InternalError } from "../../support";

/** The operators of patterns, by the kind of node they match. */
export type PatternKind =
  | "Add"
  | "Sub"
  | "Mul"
  | "Div"
  | "Mod"
  | "FloorDiv"
  | "FloorMod"
  | "Min"
  | "Max"
  | "EQ"
  | "NE"
  | "LT"
  | "LE"
  | "GT"
  | "GE"
  | "And"
  | "Or"
  | "Not"
  | "Select"
  | "Ramp"
  | "Broadcast";

export type Pattern =
  | { readonly type: "expr" | "int" | "float" | "lanes"; readonly slot: number }
  | { readonly type: "literal"; readonly value: number }
  | { readonly type: "node"; readonly kind: PatternKind; readonly args: readonly Pattern[] };

/** The slot in which a match stores each variable. */
export const SLOT = {
  x: 0,
  y: 1,
  z: 2,
  b1: 3,
  b2: 4,
  s1: 5,
  s2: 6,
  c1: 7,
  c2: 8,
  c3: 9,
  f1: 10,
  lanes: 11,
} as const;

export type VariableName = keyof typeof SLOT;

const FUNCTIONS: Readonly<Record<string, { kind: PatternKind; arity: number }>> = {
  truncdiv: { kind: "Div", arity: 2 },
  truncmod: { kind: "Mod", arity: 2 },
  floordiv: { kind: "FloorDiv", arity: 2 },
  floormod: { kind: "FloorMod", arity: 2 },
  min: { kind: "Min", arity: 2 },
  max: { kind: "Max", arity: 2 },
  select: { kind: "Select", arity: 3 },
  ramp: { kind: "Ramp", arity: 3 },
  broadcast: { kind: "Broadcast", arity: 2 },
};

/**
 * Binary operators in ascending precedence. Operators of one line have equal precedence and associate
 * to the left.
 */
const PRECEDENCE: readonly Readonly<Record<string, PatternKind>>[] = [
  { "||": "Or" },
  { "&&": "And" },
  { "==": "EQ", "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE" },
  { "+": "Add", "-": "Sub" },
  { "*": "Mul", "%": "Mod" },
];

const TOKEN = /\s*(\d+|[a-z]\w*|\|\||&&|[=!<>]=|[-+*%<>!(),])/gy;

/**
 * Reads a pattern.
 * @throws InternalError with the text when it is not a pattern.
 */
export function parsePattern(text: string): Pattern {
  const [pattern, ...more] = parseList(text);
  if (pattern === undefined || more.length > 0) throw malformed(text, "is not one pattern");
  return pattern;
}

/** Reads patterns separated by commas. */
export function parseList(text: string): Pattern[] {
  const tokens = tokenize(text);
  let position = 0;

  const accept = (token: string): boolean => {
    if (tokens[position] !== token) return false;
    position++;
    return true;
  };
  const expect = (token: string): void => {
    if (!accept(token)) throw malformed(text, `is missing '${token}'`);
  };
  const list = (): Pattern[] => {
    const items = [binary(0)];
    while (accept(",")) items.push(binary(0));
    return items;
  };

  const binary = (level: number): Pattern => {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const kind = operators[tokens[position] ?? ""];
      if (kind === undefined) return left;
      position++;
      left = { type: "node", kind, args: [left, binary(level + 1)] };
    }
  };

  const unary = (): Pattern => {
    if (accept("!")) return { type: "node", kind: "Not", args: [unary()] };
    if (accept("-")) {
      return { type: "node", kind: "Sub", args: [{ type: "literal", value: 0 }, unary()] };
    }
    if (accept("(")) {
      const inner = binary(0);
      expect(")");
      return inner;
    }
    const token = tokens[position++] ?? "";
    if (/^\d/.test(token)) return { type: "literal", value: Number(token) };
    const operation = FUNCTIONS[token];
    if (operation === undefined) return variable(text, token);
    expect("(");
    const args = list();
    expect(")");
    if (args.length !== operation.arity)
      throw malformed(text, `gives ${token} ${args.length} arguments`);
    return { type: "node", kind: operation.kind, args };
  };

  const items = list();
  if (position < tokens.length) throw malformed(text, `has an unexpected '${tokens[position]}'`);
  return items;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    tokens.push(match[1]!);
    end = TOKEN.lastIndex;
  }
  if (text.slice(end).trim() !== "")
    throw malformed(text, `has an unknown token at '${text.slice(end)}'`);
  return tokens;
}

function variable(text: string, name: string): Pattern {
  const slot = (SLOT as Readonly<Record<string, number>>)[name];
  if (slot === undefined) throw malformed(text, `uses '${name}', which is not a pattern variable`);
  if (name === "lanes") return { type: "lanes", slot };
  const type = name.startsWith("c") ? "int" : name.startsWith("f") ? "float" : "expr";
  return { type, slot };
}

function malformed(text: string, problem: string): InternalError {
  return new InternalError(`the pattern "${text}" ${problem}`);
}
