import { createRequire } from "node:module";
import * as vm from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { tested } from "../../kernel/src/evaluator/conditions";
import { Session } from "../../kernel/src/evaluator/session";
import { Language } from "../../kernel/src/language/language";
import { buildPackages, root } from "../support/jupyter-env";

/** Declarations for all rows. `Money` represents a class that does not depend on the compiler. */
const setting = `
import * as tvm from "tvm-ts";
const { te, np } = tvm;
const n = te.sizeVar("n");
const x = te.var("x", "float32");
const A = te.placeholder([2, 3], { name: "A" });
const F = te.placeholder([2, 3], { name: "F", dtype: "float32" });
const B = te.compute([2, 3], (...i) => A(...i), "B");
const s = te.createSchedule(B.op);
const v = np.array([1, 2, 3]);
const none = undefined as typeof s | undefined;
const some = s as typeof s | undefined;
const unknown: any = 5;
const log: string[] = [];
const said = <T>(name: string, value: T): T => { log.push(name); return value; };
class Money {
  constructor(readonly cents: number) {}
  /** @operator + */
  plus(other: Money): Money { return new Money(this.cents + other.cents); }
  /**
   * @operator *
   * @operator /
   */
  times(by: number): Money { return new Money(this.cents * by); }
  toString() { return this.cents + "c"; }
}
class Plain { constructor(readonly a: number) {} }
const price = new Money(250);
`;

let language: Language;
let declarations: string;
let session: Session;

/** Runs a cell: the text of its last expression's value, or the message of its error. */
async function run(text: string): Promise<string> {
  const conversion = language.convert(declarations, text, "cell [2]");
  if (!conversion.ok) {
    const said = conversion.diagnostics.map(
      ({ line, column, length, message }) => `${line}:${column}+${length} ${message}`,
    );
    return said.join("\n");
  }
  const { code, map, resultName } = conversion.cell;
  declarations = conversion.declarations;
  const { exports, bind } = session;
  const body = vm.runInThisContext(code, { filename: "cell [2]" }) as (
    ...args: unknown[]
  ) => Promise<void>;
  try {
    const same = (value: unknown): unknown => value;
    await body(exports, createRequire(import.meta.url), "", "", bind, same, same, tested);
  } catch (error) {
    return `${placeOf(error as Error, map)} ${(error as Error).message}`;
  }
  return resultName === undefined ? "nothing" : String(session.take(resultName));
}

/** The user's place of the innermost frame in the cell. */
function placeOf({ stack }: Error, map: Int32Array): string {
  const [, line, column] = /^ +at .*cell \[2\]:(\d+):(\d+)/m.exec(stack!)!.map(Number);
  for (let row = map.length - 4; row >= 0; row -= 4) {
    if (map[row] === line! - 1 && map[row + 1]! < column!)
      return `${map[row + 2]! + 1}:${map[row + 3]! + 1}`;
  }
  return "nowhere";
}

beforeAll(async () => {
  // Cells import the built libraries.
  buildPackages();
  language = new Language(root);
  declarations = "";
  session = new Session();
  expect(await run(setting)).toBe("nothing");
}, 300_000);

function table(rows: readonly (readonly [cell: string, result: string])[]): void {
  test.each(rows)("%s   →   %s", async (cell, result) => {
    const before = declarations;
    expect(await run(cell)).toBe(result);
    declarations = before;
  });
}

describe("an operator on expressions makes the expression", () => {
  table([
    ["n + 1", "(n: int32 + 1)"],
    ["n - 1", "(n: int32 - 1)"],
    ["n * 2", "(n: int32*2)"],
    ["n % 3", "floormod(n: int32, 3)"],
    ["x / 2", "(x: float32 / 2f32)"],
    ["n << 1", "@tir.shift_left(n: int32, 1, dtype=int32)"],
    ["n >> 8", "@tir.shift_right(n: int32, 8, dtype=int32)"],
    ["n & 7", "@tir.bitwise_and(n: int32, 7, dtype=int32)"],
    ["n | 8", "@tir.bitwise_or(n: int32, 8, dtype=int32)"],
    ["n ^ 1", "@tir.bitwise_xor(n: int32, 1, dtype=int32)"],
    ["-n", "(n: int32*-1)"],
    ["~n", "@tir.bitwise_not(n: int32, dtype=int32)"],
    ["n < 3", "(n: int32 < 3)"],
    ["n <= 3", "(n: int32 <= 3)"],
    ["n > n + 1", "(n: int32 > (n + 1))"],
    ["n >= 3", "(n: int32 >= 3)"],
  ]);
});

describe("a number may come first", () => {
  table([
    ["1 + n", "(1 + n: int32)"],
    ["1 - n", "(1 - n: int32)"],
    ["3 % n", "floormod(3, n: int32)"],
    ["1 / x", "(1f32 / x: float32)"],
    ["1 << n", "@tir.shift_left(1, n: int32, dtype=int32)"],
    ["3 < n", "(n: int32 > 3)"],
    ["3 >= n", "(n: int32 <= 3)"],
    ["2 * A(n, n)", "(2f32*A[n: int32, n])"],
    ["1 - v", "[ 0. -1. -2.]"],
    ["1 - A", "Tensor(shape=[2, 3], op.name=T_subtract)"],
  ]);
});

describe("operands are evaluated in the order in which they are written", () => {
  table([
    [
      "`${said('a', 1) - said('b', n) < said('c', 2)} ${log.splice(0)}`",
      "((1 - n: int32) < 2) a,b,c",
    ],
    ["let k = 3; const f = () => { k = 5; return n }; k - f()", "(3 - n: int32)"],
    [
      "const down = (k: number): tvm.tir.PrimExpr => (k > 0 ? k - down(k - 1) : n); down(3)",
      "(3 - (2 - (1 - n: int32)))",
    ],
    ["const g = async (k: number) => k * (await Promise.resolve(n)); await g(2)", "(2*n: int32)"],
    [
      "function* ns(k: number) { yield k + n; yield k < n }; [...ns(7)].join(' ')",
      "(7 + n: int32) (n: int32 > 7)",
    ],
    ["const by = (k: number, e = k - n) => e; by(4)", "(4 - n: int32)"],
    ["class Later { k = 2; e = this.k - n }; new Later().e", "(2 - n: int32)"],
  ]);
});

describe("operators nest as in JavaScript", () => {
  table([
    ["n + n * 2", "(n: int32 + (n*2))"],
    ["(n + n) * 2", "((n: int32 + n)*2)"],
    ["n - 1 - 2", "((n: int32 - 1) - 2)"],
    ["n - (1 - n)", "(n: int32 - (1 - n))"],
    ["-n * -1", "((n: int32*-1)*-1)"],
    ["-(n + 1)", "((n: int32 + 1)*-1)"],
    ["n * (2 + 3) + 4 * 5", "((n: int32*5) + 20)"],
    ["n + 1 < n * 2", "((n: int32 + 1) < (n*2))"],
    ["n // first\n  + 1 // second\n  - /* third */ 2", "((n: int32 + 1) - 2)"],
    ["const y = n\n-n;\ny", "(n: int32 - n)"],
    ["let sum = n + 0; sum += n; sum *= 2; sum", "((n: int32 + n)*2)"],
    ["const box = { e: n + 0 }; box.e -= 1; box.e", "(n: int32 - 1)"],
    ["const list = [n + 0]; list[0] += 2; list[0]! + 1", "((n: int32 + 2) + 1)"],
  ]);
});

describe("operators work in every construct of the language", () => {
  table([
    ["((...i: tvm.tir.PrimExpr[]) => A(...i) + B(...i))(n, n)", "(A[n: int32, n] + B[n, n])"],
    ["te.compute([2, 3], (i, j) => A(i, j) * 2 + i).dtype", "float32"],
    [
      "te.compute([2, 3], (...i) => A(...i).astype('int64') + B(...i).astype('int64')).dtype",
      "int64",
    ],
    ["[1, 2].map((k) => n * k).join('; ')", "n: int32; (n: int32*2)"],
    [
      "let t: tvm.tir.PrimExpr = n; for (let k = 0; k < 3; k++) t = t + k; t",
      "((n: int32 + 1) + 2)",
    ],
    ["`${n + 1} and ${1 + 1}`", "(n: int32 + 1) and 2"],
    ["(unknown > 3 ? n + 1 : n - 1)", "(n: int32 + 1)"],
    [
      "function twice<T extends tvm.tir.PrimExpr>(e: T) { return e + e }\ntwice(n)",
      "(n: int32 + n)",
    ],
    [
      "const sum = (...es: tvm.tir.PrimExpr[]) => es.reduce((a, b) => a + b); sum(n, n, n)",
      "((n: int32 + n) + n)",
    ],
    ["const [p, q = n - 1] = [n + 1]; q", "(n: int32 - 1)"],
    ["const { w = -n } = {} as { w?: tvm.tir.PrimExpr }; w", "(n: int32*-1)"],
    [
      "class Half { constructor(readonly e = n >> 1) {} }; new Half().e",
      "@tir.shift_right(n: int32, 1, dtype=int32)",
    ],
    ["(await Promise.resolve(n)) + 1", "(n: int32 + 1)"],
    ["A + B", "Tensor(shape=[2, 3], op.name=T_add)"],
    ["-A", "Tensor(shape=[2, 3], op.name=T_multiply)"],
    ["(F / 2).dtype", "float32"],
    ["te.sum(A(0, 0) + 1, [te.reduceAxis([0, 3], 'k')]).dtype", "float32"],
  ]);
});

describe("a schedule is indexed by tensors and operations", () => {
  table([
    ["s[B] === s.stage(B)", "true"],
    ["s[B.op].op === B.op", "true"],
    ["s[B].op.axis[0]!.name", "i0"],
    ["some?.[B].op.name", "B"],
    ["none?.[B].op.name", "undefined"],
    ["s['stages'].length", "2"],
  ]);
});

describe("arrays have operators", () => {
  table([
    ["(v + v).toArray()", "2,4,6"],
    ["(v * 2 - 1).toArray()", "1,3,5"],
    ["(2 ** 3 + v ** 2).toArray()", "9,12,17"],
    ["(v / 2).toArray()", "0.5,1,1.5"],
    ["(v > 1).toArray()", "0,1,1"],
    ["(-v).toArray()", "-1,-2,-3"],
  ]);
});

describe("classes of any library can define operators", () => {
  table([
    ["price + price", "500c"],
    [
      "class Mass { constructor(readonly g: number) {}\n/** @operator + */ and(o: Mass) { return new Mass(this.g + o.g) } }\n(new Mass(1) + new Mass(2)).g",
      "3",
    ],
    ["price * 2 + price / 2", "1000c"],
    [
      "price - price",
      "1:1+5 The left-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.\n1:9+5 The right-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.",
    ],
    [
      "2 * price",
      "1:5+5 The right-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.",
    ],
    ["price + 1", "1:1+9 Operator '+' cannot be applied to types 'Money' and 'number'."],
  ]);
});

describe("what TypeScript accepts keeps its meaning", () => {
  table([
    ["1 + 2 * 3", "7"],
    ["2n ** 64n", "18446744073709551616"],
    ["'a' + 1 + n", "a1n: int32"],
    ["n + ' is the size'", "n: int32 is the size"],
    ["'a' < 'b'", "true"],
    ["new Date(5) < new Date(6)", "true"],
    ["n === n", "true"],
    ["n == te.sizeVar('n')", "false"],
    ["n != n", "false"],
    ["n === te.sizeVar('n') ? 1 : 2", "2"],
    ["te.compute([2], (i) => A(i, B === A ? 0 : 1), 'C').shape.length", "1"],
    ["(none || s) === s", "true"],
    ["(n === n, 3)", "1:2+7 Left side of comma operator is unused and has no side effects."],
    ["unknown + 1 < 7", "true"],
    ["({ n: 1 })['n']", "1"],
    ["typeof n + 1", "object1"],
    ["new Plain(1) < new Plain(2)", "false"],
    ["let text = 'n = '; text += n; text", "n = n: int32"],
    ["((nothing: never) => n + nothing)(3 as never)", "n: int323"],
  ]);
});

describe("errors have the user's place", () => {
  table([
    [
      "const k: number = n + 1",
      "1:7+1 Type 'PrimExpr' is not assignable to type 'number'.\n  Type 'Var' is not assignable to type 'number'.",
    ],
    ["1 + 1;\n  n + {}", "2:3+6 Operator '+' cannot be applied to types 'Var' and '{}'."],
    ["n + 1n", "1:1+6 Operator '+' cannot be applied to types 'Var' and 'bigint'."],
    [
      "n ** 2",
      "1:1+1 The left-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.",
    ],
    [
      "none + 1",
      "1:1+4 'none' is possibly 'undefined'.\n1:1+8 Operator '+' cannot be applied to types 'Schedule' and 'number'.",
    ],
    ["none[B]", "1:1+4 'none' is possibly 'undefined'."],
    ["s[n]", "1:3+1 Type 'Var' cannot be used as an index type."],
    ["s[B] = 1", "1:3+1 Type 'Tensor' cannot be used as an index type."],
    ["(n + 1).nothing", "1:9+7 Property 'nothing' does not exist on type 'PrimExpr'."],
    ["s[B].nothing()", "1:6+7 Property 'nothing' does not exist on type 'Stage'."],
    [
      "te.compute([2], (i) => te.ifThenElse(i == n, 1, 0))",
      "1:38+6 '==' tests here whether two objects are identical; write .eq() for a PrimExpr that compares",
    ],
    [
      "te.compute([2], (i) => (i !== n ? 1 : 0))",
      "1:25+7 '!==' tests here whether two objects are identical; write .ne() for a PrimExpr that compares",
    ],
    [
      "0;\n  n / 2",
      "2:5 int32 / int32 can be rounded in several ways: write .div(), which rounds toward zero, or .floorDiv(), or convert one operand with .astype()",
    ],
    [
      "0; 1 / n",
      "1:6 int32 / int32 can be rounded in several ways: write .div(), which rounds toward zero, or .floorDiv(), or convert one operand with .astype()",
    ],
    [
      "0; n < unknown",
      "1:5 JavaScript operators do not work on n: int32 here: write a.add(b) or a.lt(b); operators work in notebook cells, on operands of known types",
    ],
    ["0; s[A.op] + s", "1:4+11 Operator '+' cannot be applied to types 'Stage' and 'Schedule'."],
    ["0; x % 2", "1:6 floorMod takes integers, but x: float32 has type float32"],
    [
      "te.createSchedule(B.op);\n s[F]",
      "2:4 F is not in this schedule, whose stages are A, B; only operations that the scheduled outputs need have a stage\n  note: F was declared here (cell [2]:42:14)",
    ],
    [
      "const g = <T>(e: T) => e + 1",
      "1:24+5 Operator '+' cannot be applied to types 'T' and 'number'.",
    ],
  ]);
});

const ofExpressions =
  "te.ifThenElse(condition, a, b) chooses between expressions, a.and(b), a.or(b) and a.not() combine conditions";
const ofArrays = "compare numbers: np.max(a).item() > 5, or np.all(a > 5).item() for every element";

describe("a condition that always holds is refused", () => {
  const array = (by: string) => `'${by}' treats every NumpyArray as true; ${ofArrays}`;
  table([
    [
      "if (n < 3) n",
      `1:5+5 '<' makes a PrimExpr here, and 'if' treats every PrimExpr as true; ${ofExpressions}`,
    ],
    [
      "n < 3 && n > 1",
      "1:1+5 '<' makes a PrimExpr here, and '&&' treats every PrimExpr as true; write .and() instead",
    ],
    [
      "!(n < 3)",
      "1:3+5 '<' makes a PrimExpr here, and '!' treats every PrimExpr as true; write .not() instead",
    ],
    [
      "n < 3 ? 1 : 2",
      `1:1+5 '<' makes a PrimExpr here, and '?:' treats every PrimExpr as true; ${ofExpressions}`,
    ],
    ["const big = np.max(v) > 5; if (big) 1", `1:32+3 ${array("if")}`],
    ["const big = np.max(v) > 5; while (!big) 1", `1:36+3 ${array("!")}`],
    ["const big = () => np.max(v) > 5; if (big()) 1", `1:38+5 ${array("if")}`],
    ["while (v) break", `1:8+1 ${array("while")}`],
    ["do {} while (v)", `1:14+1 ${array("while")}`],
    ["for (; v; ) break", `1:8+1 ${array("for")}`],
    ["v ? 1 : 2", `1:1+1 ${array("?:")}`],
    ["(v && 1)", `1:2+1 ${array("&&")}`],
    ["v || v", `1:1+1 ${array("||")}`],
    ["if (unknown > 3 && v) 1", `1:20+1 ${array("if")}`],
    ["if (unknown > 3 ? v : true) 1", `1:19+1 ${array("if")}`],
    ["!n", "1:2+1 '!' treats every Var as true; write .not() instead"],
    ["n && 3", "1:1+1 '&&' treats every Var as true; write .and() instead"],
    ["Boolean(v)", `1:9+1 ${array("Boolean")}`],
    [
      "console.assert(v > 1)",
      `1:16+5 '>' makes a NumpyArray here, and 'console.assert' treats every NumpyArray as true; ${ofArrays}`,
    ],
    ["import assert from 'node:assert'; assert(v)", `1:42+1 ${array("assert")}`],
    ["[v].filter((x) => x)", `1:19+1 ${array("filter")}`],
    ["[v].some((x) => { return x; })", `1:10+20 ${array("some")}`],
    [
      "const e = <T extends tvm.tir.PrimExpr>(x: T) => (x ? 1 : 2)",
      `1:50+1 '?:' treats every T as true; ${ofExpressions}`,
    ],
    ["if (price + price) 1", "1:5+13 '+' makes a Money here, and 'if' treats every Money as true"],
  ]);
});

describe("a condition of type any is refused when it is evaluated", () => {
  const array = `every NumpyArray is true as a condition; ${ofArrays}`;
  table([
    ["const a: any = v;\n  if (a) 1", `2:7 ${array}`],
    ["const a: any = v; (a && 1)", `1:20 ${array}`],
    ["const a: any = v; !a", `1:20 ${array}`],
    ["const a: any = v; a ? 1 : 2", `1:19 ${array}`],
    ["const a: any = v; while (a) break", `1:26 ${array}`],
    ["const a: unknown = n; if (a) 1", `1:27 every Var is true as a condition; ${ofExpressions}`],
    ["const f = <T>(a: T) => (a ? 1 : 2); f(v)", `1:25 ${array}`],
    ["const a = (unknown > 1 ? v : true) as boolean | typeof v; if (a) 1", `1:63 ${array}`],
    ["[v as any].filter((x) => x)", `1:26 ${array}`],
    ["const a: any = 1; a ? 1 : 2", "1"],
    ["const a: any = 0; (a || 'none')", "none"],
    ["const a: any = undefined; !a", "true"],
  ]);
});

describe("conditions can test whether there is a value", () => {
  table([
    ["none !== undefined", "false"],
    ["const a = undefined as typeof v | undefined; a ? 1 : 2", "2"],
    ["const a = v as typeof v | undefined; a ?? 1", "[1. 2. 3.]"],
    ["(none || s) === s", "true"],
    ["s ? 1 : 2", "1"],
    ["[1, 2, 3].filter((x) => x > 1).length", "2"],
  ]);
});

describe("completion and inspection know the types of operators' results", () => {
  const names = (cell: string) =>
    language.complete(declarations, cell, cell.length).items.map(({ text }) => text);

  test("behind an operator in parentheses", () => {
    expect(names("(n + 1).asty")).toEqual(["astype"]);
  });

  test("behind an index", () => {
    expect(names("s[B].setSc")).toEqual(["setScope"]);
  });

  test("behind a name that has an operator's value", () => {
    expect(names("const half = x / 2; half.dty")).toEqual(["dtype"]);
  });

  test("of the variable itself", () => {
    const found = language.inspect(declarations, "const sum = n + 1;\nsum", 20);
    expect(found?.signature).toBe("const sum: tvm.tir.PrimExpr");
  });
});
