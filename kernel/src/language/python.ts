/**
 * Advice for Python syntax and names in cells.
 *
 * Nothing is translated: one of these sentences is added to an error of TypeScript.
 */

/** Patterns of lines that cannot be parsed; string literals are emptied before matching. */
const lines: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /^\s*(from\s+[\w.]+\s+)?import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*\w+)*\s*$/,
    'write import * as tvm from "tvm-ts"; then const { te, np } = tvm',
  ],
  [/^\s*#/, "comments begin with //"],
  [/^\s*(async\s+)?def\s/, "write functions as function f(x: number) { return x; }"],
  [/\blambda\b/, "write lambda i, j: value as (i, j) => value"],
  [/[[(].*\bfor\b.*\bin\b.*[\])]/, "write [f(x) for x in list] as list.map((x) => f(x))"],
  [
    /^\s*for\s+\w.*\bin\b/,
    "write loops as for (let i = 0; i < n; i++) { ... } or for (const x of list) { ... }",
  ],
  [
    /^\s*with\b/,
    "use an option or a function instead of 'with': tvm.lower(s, args, { context: new tvm.PassContext({ ... }) }), vta.withEnvironment(env, () => ...)",
  ],
  [/^\s*(elif|else|try|finally|class)\b.*:\s*(#.*)?$/, "put blocks in braces, { ... }"],
  [/^\s*except\b/, "catch exceptions by try { ... } catch (error) { ... }"],
  [
    /^\s*(if|while)\s+[^(].*:/,
    "put conditions in parentheses and blocks in braces: if (a) { ... }",
  ],
  [/^\s*raise\b/, 'write throw new Error("...")'],
  [/^\s*assert\b/, 'write if (!condition) throw new Error("..."), or np.testing.assertEqual(a, b)'],
  [/\b[fF](["'])\1/, "write strings with values as `a = ${a}`, in backquotes"],
  [
    /[\w)\]]\s*\/\/\s*[\w.]+(\([^)]*\))?\s*[),;*+-]/,
    "// begins a comment; write a // b as a.floorDiv(b), for numbers as Math.floor(a / b)",
  ],
  [/[\w)\]]\s+if\s.*\selse\s/, "write a if condition else b as condition ? a : b"],
  [/\b(not|and|or)\s/, "write not, and, or as !, &&, ||, for expressions as .not(), .and(), .or()"],
  [
    /^\s*((const|let|var)\s*)?\(?\s*\w+(\s*,\s*\w+)+\s*\)?\s*=/,
    "declare several names by const [a, b] = ...",
  ],
  [/\(\s*\w+\s*,\s*\)/, "write tuples as [n]"],
  [/[(,]\s*\*\s*\w/, "write f(*list) as f(...list)"],
  [/\[[^\]]*:[^\]]*\]/, 'write parts of arrays as a.slice("0:4", ":")'],
  [
    /^\s*!\s*[\w.]+/,
    'run shell commands by import { execSync } from "node:child_process"; console.log(String(execSync("ls")))',
  ],
  [/^\s*%%?\w/, "there are no magic commands; console.time() and console.timeEnd() measure time"],
];

/** Longer lines are not written by hand, and patterns are slow on them. */
const LONGEST_LINE = 400;

/** What to write instead of a line that cannot be parsed. */
export function lineAdvice(line: string): string | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const code = line.replace(/(["'`])(?:\\.|(?!\1).)*\1/g, "$1$1");
  return lines.find(([pattern]) => pattern.test(code))?.[1];
}

const imported = (name: string): string =>
  `import it: import * as tvm from "tvm-ts"; const { ${name} } = tvm`;
function ofExpressions(name: string): string {
  return `for expressions ${name === "min" || name === "max" ? `a.${name}(b)` : `te.${name}(a)`}`;
}

const names: ReadonlyMap<string, string> = new Map([
  ["True", "write true"],
  ["False", "write false"],
  ["None", "write undefined"],
  ["print", "write console.log() or display(); the last value of a cell is shown by itself"],
  ["range", "write loops as for (let i = 0; i < n; i++); an array of numbers is np.arange(n)"],
  ["len", "write list.length, for arrays of np array.size"],
  ["str", "write String(x)"],
  ["int", "write Math.trunc(x)"],
  ["float", "write Number(x)"],
  ["list", "write lists as [a, b]; [...x] converts x"],
  ["tuple", "write tuples as [a, b]"],
  ["dict", "write dictionaries as { key: value }"],
  ["set", "write new Set([a, b])"],
  ["enumerate", "write list.entries(): for (const [i, x] of list.entries())"],
  ["zip", "write a.map((x, i) => [x, b[i]])"],
  ["sorted", "write [...list].sort()"],
  ["sum", "write te.sum(value, axis) for expressions, np.sum() for arrays"],
  ["isinstance", "write x instanceof Class"],
  ["type", "write typeof x, or x.constructor.name"],
  ["input", "write prompt()"],
  ["help", "write a name and a question mark: te.compute?"],
  ["assert", 'write if (!condition) throw new Error("...")'],
  ["self", "write this"],
  ["numpy", imported("np")],
  ["tvm", 'import it: import * as tvm from "tvm-ts"'],
  ["vta", 'import it: import * as vta from "vta-ts"'],
  ...["te", "np", "topi", "tir", "nd", "rpc", "utils"].map(
    (name) => [name, imported(name)] as const,
  ),
  ...["abs", "round", "pow", "min", "max"].map(
    (name) => [name, `for numbers write Math.${name}(), ${ofExpressions(name)}`] as const,
  ),
]);

/** The advice for an undeclared name. */
export function nameAdvice(name: string): string | undefined {
  return names.get(name);
}

const types = /^(float(16|32|64)|u?int(8|16|32|64)|bool_?)$/;

const members: ReadonlyMap<string, string> = new Map([
  ["asnumpy", "write .numpy()"],
  ["tolist", "write .toArray()"],
  ["append", "write .push()"],
  ["NumpyArray.length", "write $.size; the first dimension is $.shape[0]"],
  ["NDArray.length", "the first dimension is $.shape[0]"],
  ["random.randn", "write np.random.normal(0, 1, shape)"],
  ["random.random", "write np.random.rand(...shape)"],
  ["entry_name", 'functions get their names in build; the default is "main"'],
  ["tvm.device", "devices are tvm.cpu(0) and tvm.extDev(0)"],
  ["tvm.context", "devices are tvm.cpu(0) and tvm.extDev(0)"],
  ["tvm.testing", "compare arrays by np.testing.assertAllclose(a, b)"],
  ["tvm.runtime", "its functions are in tvm: tvm.loadModule(), tvm.nd"],
  ["tvm.contrib", "make temporary folders by tvm.utils.tempdir()"],
  ["tvm.driver", "its functions are in tvm: tvm.lower(), tvm.build()"],
  ["tvm.ir", "write tvm.tir"],
  ["tvm.transform", "pass options of passes as { context: new tvm.PassContext({ ... }) }"],
  ["tvm.relay", "there is no Relay; operators are in tvm.topi and vta.topi"],
  ["target.Target", 'it is a function: tvm.target("llvm")'],
  ["vta.testing", "write vta.simulator"],
  ["vta.top", "write vta.topi"],
]);

/**
 * The advice for a missing member.
 * @param kind the object's class
 */
export function memberAdvice(object: string, kind: string, name: string): string | undefined {
  if (object === "np" && types.test(name)) return `types are strings: "${name.replace("_", "")}"`;
  const byClass = members.get(`${kind}.${name}`)?.replaceAll("$", object);
  return byClass ?? members.get(`${object.split(".").at(-1)}.${name}`) ?? members.get(name);
}

/** The advice for `==` between an array and a number, which is always false. */
export function comparisonAdvice(
  kind: string,
  object: string,
  operator: string,
  other: string,
): string | undefined {
  if (kind !== "NumpyArray") return undefined;
  const every = operator === "!=" ? "notEqual" : "equal";
  return (
    `write ${object}.item() ${operator}= ${other} for an array of one element, ` +
    `np.${every}(${object}, ${other}) for all elements`
  );
}

/** The advice for a loop over an object of a class. */
export function loopAdvice(kind: string, object: string): string | undefined {
  switch (kind) {
    case "NumpyArray":
      return `write for (const x of ${object}.data) for elements; rows are ${object}.slice(String(i)) for i below ${object}.shape[0]`;
    case "NDArray":
      return `write for (const x of ${object}.numpy().data) for elements`;
    case "Tensor":
      return `a tensor has no elements; te.compute(${object}.shape, (...i) => ...) defines a computation for each`;
    default:
      return undefined;
  }
}

/** How to access the elements of a library's objects, by class. */
const elements: ReadonlyMap<string, (object: string, index: string) => string> = new Map([
  ["Tensor", (object, index) => `read elements of tensors by calls: ${object}(${index})`],
  [
    "NumpyArray",
    (object, index) => `an element is ${object}.get(${index}); .set([i], x) writes it`,
  ],
  ["NDArray", (object, index) => `an element is ${object}.numpy().get(${index})`],
  ["IRModule", (object, index) => `functions are ${object}.functions.get(${index})`],
  ["Module", (object, index) => `functions are ${object}.getFunction(${index})`],
  ["Schedule", (object) => `stages are ${object}[C], by the tensor and not by its name`],
]);

/** The advice for `object[index]`. */
export function elementAdvice(kind: string, object: string, index: string): string | undefined {
  return elements.get(kind)?.(object, index);
}

/**
 * The advice for an argument `text` of the class `kind`.
 * @param callee the called function
 * @param expected the parameter's type, if it has a name
 */
export function argumentAdvice(
  callee: string,
  kind: string,
  text: string,
  expected: string | undefined,
): string | undefined {
  if (callee.startsWith("Math.")) {
    const name = callee.slice("Math.".length);
    return kind === "NumpyArray"
      ? `${callee}() is for numbers; write ${callee}(Number(${text}.item())), or np.${name}(a) for every element`
      : `${callee}() is for numbers; ${ofExpressions(name)}`;
  }
  if (expected === "RangeLike" && kind === "number") {
    return `write the range as [0, ${text}]`;
  }
  if (kind === "NumpyArray") return `make a device's array by tvm.nd.array(${text})`;
  return undefined;
}

/** The advice for an operand of the class `kind`. */
export function operandAdvice(kind: string, text: string): string | undefined {
  return kind === "NDArray" ? `calculate with ${text}.numpy(), a copy of it for np` : undefined;
}

/** `{ simpleMode: true }` of `simple_mode=True` */
export function optionsText(options: readonly (readonly [name: string, value: string])[]): string {
  const values: Readonly<Record<string, string>> = {
    True: "true",
    False: "false",
    None: "undefined",
  };
  return `{ ${options.map(([name, value]) => `${camelCase(name)}: ${values[value] ?? value}`).join(", ")} }`;
}

export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
