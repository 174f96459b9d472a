/**
 * What those who know Python write, and what it is here.
 *
 * Nothing is translated: where TypeScript refuses a cell anyway, the refusal is followed by a
 * sentence of these.
 */

/** Statements and expressions that cannot be parsed, by what their line looks like, texts left out. */
const lines: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /^\s*(from\s+[\w.]+\s+)?import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*\w+)*\s*$/,
    'modules are imported by import * as tvm from "tvm-ts"; then const { te, np } = tvm',
  ],
  [/^\s*#/, "comments begin with //"],
  [/^\s*(async\s+)?def\s/, "functions are written function f(x: number) { return x; }"],
  [/\blambda\b/, "lambda i, j: value is written (i, j) => value"],
  [/[[(].*\bfor\b.*\bin\b.*[\])]/, "[f(x) for x in list] is written list.map((x) => f(x))"],
  [
    /^\s*for\s+\w.*\bin\b/,
    "loops are written for (let i = 0; i < n; i++) { ... } or for (const x of list) { ... }",
  ],
  [
    /^\s*with\b/,
    "what 'with' sets is an option or a function here: tvm.lower(s, args, { context: new tvm.PassContext({ ... }) }), vta.withEnvironment(env, () => ...)",
  ],
  [/^\s*(elif|else|try|finally|class)\b.*:\s*(#.*)?$/, "blocks stand in braces, { ... }"],
  [/^\s*except\b/, "exceptions are caught by try { ... } catch (error) { ... }"],
  [/^\s*(if|while)\s+[^(].*:/, "conditions stand in parentheses, blocks in braces: if (a) { ... }"],
  [/^\s*raise\b/, 'errors are thrown by throw new Error("...")'],
  [/^\s*assert\b/, 'write if (!condition) throw new Error("..."), or np.testing.assertEqual(a, b)'],
  [/\b[fF](["'])\1/, "texts with values in them are written `a = ${a}`, in backquotes"],
  [
    /[\w)\]]\s*\/\/\s*[\w.]+(\([^)]*\))?\s*[),;*+-]/,
    "// begins a comment; a // b is written a.floorDiv(b), of numbers Math.floor(a / b)",
  ],
  [/[\w)\]]\s+if\s.*\selse\s/, "a if condition else b is written condition ? a : b"],
  [/\b(not|and|or)\s/, "not, and, or are written !, &&, ||, of expressions .not(), .and(), .or()"],
  [
    /^\s*((const|let|var)\s*)?\(?\s*\w+(\s*,\s*\w+)+\s*\)?\s*=/,
    "several names are declared by const [a, b] = ...",
  ],
  [/\(\s*\w+\s*,\s*\)/, "tuples are written [n]"],
  [/[(,]\s*\*\s*\w/, "f(*list) is written f(...list)"],
  [/\[[^\]]*:[^\]]*\]/, 'parts of arrays are written a.slice("0:4", ":")'],
  [
    /^\s*!\s*[\w.]+/,
    'commands of the shell are run by import { execSync } from "node:child_process"; console.log(String(execSync("ls")))',
  ],
  [/^\s*%%?\w/, "there are no magic commands; console.time() and console.timeEnd() measure time"],
];

/** Longer lines are not written by hand, and patterns take their time on them. */
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
  return `of expressions ${name === "min" || name === "max" ? `a.${name}(b)` : `te.${name}(a)`}`;
}

const names: ReadonlyMap<string, string> = new Map([
  ["True", "write true"],
  ["False", "write false"],
  ["None", "write undefined"],
  ["print", "it is console.log(), or display(); the last value of a cell is shown by itself"],
  ["range", "loops are written for (let i = 0; i < n; i++); an array of numbers is np.arange(n)"],
  ["len", "it is list.length, of arrays of np array.size"],
  ["str", "it is String(x)"],
  ["int", "it is Math.trunc(x)"],
  ["float", "it is Number(x)"],
  ["list", "lists are written [a, b]; [...x] makes one of x"],
  ["tuple", "tuples are written [a, b]"],
  ["dict", "dictionaries are written { key: value }"],
  ["set", "it is new Set([a, b])"],
  ["enumerate", "it is list.entries(): for (const [i, x] of list.entries())"],
  ["zip", "it is a.map((x, i) => [x, b[i]])"],
  ["sorted", "it is [...list].sort()"],
  ["sum", "it is te.sum(value, axis) of expressions, np.sum() of arrays"],
  ["isinstance", "it is x instanceof Class"],
  ["type", "it is typeof x, or x.constructor.name"],
  ["input", "it is prompt()"],
  ["help", "write a name and a question mark: te.compute?"],
  ["assert", 'write if (!condition) throw new Error("...")'],
  ["self", "it is this"],
  ["numpy", imported("np")],
  ["tvm", 'import it: import * as tvm from "tvm-ts"'],
  ["vta", 'import it: import * as vta from "vta-ts"'],
  ...["te", "np", "topi", "tir", "nd", "rpc", "utils"].map(
    (name) => [name, imported(name)] as const,
  ),
  ...["abs", "round", "pow", "min", "max"].map(
    (name) => [name, `of numbers it is Math.${name}(), ${ofExpressions(name)}`] as const,
  ),
]);

/** What a name that nothing declares may have meant. */
export function nameAdvice(name: string): string | undefined {
  return names.get(name);
}

const types = /^(float(16|32|64)|u?int(8|16|32|64)|bool_?)$/;

const members: ReadonlyMap<string, string> = new Map([
  ["asnumpy", "it is .numpy()"],
  ["tolist", "it is .toArray()"],
  ["append", "it is .push()"],
  ["NumpyArray.length", "it is $.size; the first dimension is $.shape[0]"],
  ["NDArray.length", "the first dimension is $.shape[0]"],
  ["random.randn", "it is np.random.normal(0, 1, shape)"],
  ["random.random", "it is np.random.rand(...shape)"],
  ["entry_name", 'functions are named when they are built, "main" if nothing is said'],
  ["tvm.device", "devices are tvm.cpu(0) and tvm.extDev(0)"],
  ["tvm.context", "devices are tvm.cpu(0) and tvm.extDev(0)"],
  ["tvm.testing", "arrays are compared by np.testing.assertAllclose(a, b)"],
  ["tvm.runtime", "it is all in tvm: tvm.loadModule(), tvm.nd"],
  ["tvm.contrib", "temporary folders are made by tvm.utils.tempdir()"],
  ["tvm.driver", "it is all in tvm: tvm.lower(), tvm.build()"],
  ["tvm.ir", "it is tvm.tir"],
  ["tvm.transform", "options of passes are given as { context: new tvm.PassContext({ ... }) }"],
  ["tvm.relay", "there is no Relay; operators are in tvm.topi and vta.topi"],
  ["target.Target", 'it is a function: tvm.target("llvm")'],
  ["vta.testing", "it is vta.simulator"],
  ["vta.top", "it is vta.topi"],
]);

/**
 * What a member that an object does not have may have meant.
 * @param kind the object's class
 */
export function memberAdvice(object: string, kind: string, name: string): string | undefined {
  if (object === "np" && types.test(name)) return `types are texts: "${name.replace("_", "")}"`;
  const byClass = members.get(`${kind}.${name}`)?.replaceAll("$", object);
  return byClass ?? members.get(`${object.split(".").at(-1)}.${name}`) ?? members.get(name);
}

/** What compares objects of a class that `==` takes for different from every number. */
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
    `np.${every}(${object}, ${other}) for each of several`
  );
}

/** How one loops over objects of a class. */
export function loopAdvice(kind: string, object: string): string | undefined {
  switch (kind) {
    case "NumpyArray":
      return `elements are for (const x of ${object}.data), rows are ${object}.slice(String(i)) for i below ${object}.shape[0]`;
    case "NDArray":
      return `elements are for (const x of ${object}.numpy().data)`;
    case "Tensor":
      return `a tensor has no elements yet; te.compute(${object}.shape, (...i) => ...) says what is done with each`;
    default:
      return undefined;
  }
}

/** How the elements of a library's objects are reached, by the objects' class. */
const elements: ReadonlyMap<string, (object: string, index: string) => string> = new Map([
  ["Tensor", (object, index) => `elements of tensors are read by calls: ${object}(${index})`],
  [
    "NumpyArray",
    (object, index) => `an element is ${object}.get(${index}); .set([i], x) writes it`,
  ],
  ["NDArray", (object, index) => `an element is ${object}.numpy().get(${index})`],
  ["IRModule", (object, index) => `functions are ${object}.functions.get(${index})`],
  ["Module", (object, index) => `functions are ${object}.getFunction(${index})`],
  ["Schedule", (object) => `stages are ${object}[C], by the tensor itself and not by its name`],
]);

/** What `object[index]` is for objects of a class. */
export function elementAdvice(kind: string, object: string, index: string): string | undefined {
  return elements.get(kind)?.(object, index);
}

/**
 * What is to be called instead, or given, if the argument `text` is of the class `kind`.
 * @param callee what is called
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
    return `a range is written [0, ${text}]`;
  }
  if (kind === "NumpyArray") return `a device's array is made by tvm.nd.array(${text})`;
  return undefined;
}

/** What to calculate with instead of an operand of the class `kind`. */
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
