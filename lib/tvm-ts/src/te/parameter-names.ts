/**
 * The names of a function's parameters, which become the names of loops.
 *
 * `(y, x) => ...` names its axes `y` and `x`. The names are read from the function's source text, in
 * which TypeScript's compiler keeps them. Parameters of a bound or native function, and destructured
 * parameters, have no name.
 */

export interface Parameters {
  /** One entry for each position; `undefined` for a parameter without a plain name. */
  readonly names: readonly (string | undefined)[];
  /** Whether the last parameter is a rest parameter (`...i`), which is not among `names`. */
  readonly variadic: boolean;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const LONE_PARAMETER = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u;

/** The parameters of `fn`, as far as its text shows them. */
export function parametersOf(fn: (...args: never[]) => unknown): Parameters {
  const text = withoutComments(Function.prototype.toString.call(fn));
  const lone = LONE_PARAMETER.exec(text.trimStart());
  if (lone !== null) return { names: [lone[1]], variadic: false };
  const list = text.includes("[native code]") ? undefined : parameterList(text);
  if (list === undefined) {
    return { names: Array.from({ length: fn.length }, () => undefined), variadic: false };
  }
  const rest = list[list.length - 1]?.startsWith("...") ?? false;
  const named = rest ? list.slice(0, -1) : list;
  return { names: named.map(plainName), variadic: rest };
}

function plainName(parameter: string): string | undefined {
  const name = parameter.split("=")[0]!.trim();
  return IDENTIFIER.test(name) ? name : undefined;
}

/** The texts between the first parenthesis and its closing parenthesis, split at commas. */
function parameterList(text: string): string[] | undefined {
  const start = text.indexOf("(");
  if (start < 0) return undefined;
  const parameters: string[] = [];
  let depth = 0;
  let current = "";
  for (const c of text.slice(start + 1)) {
    if (c === ")" && depth === 0) break;
    if (c === "," && depth === 0) {
      parameters.push(current.trim());
      current = "";
      continue;
    }
    if ("([{".includes(c)) depth++;
    if (")]}".includes(c)) depth--;
    current += c;
  }
  if (current.trim() !== "") parameters.push(current.trim());
  return parameters;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ");
}
