/**
 * The tokens of printed IR with their classes, for highlighting in HTML. The JupyterLab extension
 * has a full grammar of the same text; a test compares the two.
 */

/** The classes of tokens; variables, operators and brackets have none. */
export type TokenClass =
  | "keyword"
  | "type"
  /** A built-in function: `min`, `cast`, `ramp`. */
  | "builtin"
  /** An operator or a function of the module: `@tir.exp`, `@main`. */
  | "global"
  /** The first occurrence of a name, followed by its type. */
  | "definition"
  /** The name of an argument or a map: `dtype=`, `buffer_map = `. */
  | "property"
  | "string"
  | "number"
  | "boolean";

/** `text.slice(start, end)` has the class. */
export interface IrToken {
  readonly start: number;
  readonly end: number;
  readonly class: TokenClass;
}

const KEYWORDS = new Set([
  "primfn",
  "attr",
  "let",
  "in",
  "for",
  "while",
  "if",
  "else",
  "allocate",
  "assert",
  "realize",
  "producer_realize",
  "prefetch",
  "Pointer",
  "Buffer",
  "DataProducer",
]);

const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const NAME = String.raw`[A-Za-z_\u0080-\uffff][\w.\u0080-\uffff]*`;
const NUMBER = String.raw`-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?(?:[iuf]\d+)?|(?:inf|nan)[iuf]\d+)`;
const TOKEN = new RegExp(`(${STRING})|(@${NAME})|(${NUMBER})(?![\\w.])|(${NAME})`, "g");

const TYPE = /^(?:(?:int|uint|float|bfloat)\d+(?:x\d+)?|bool|handle|void)$/;
const TYPE_AHEAD =
  /: (?:(?:int|uint|float|bfloat)\d|bool\b|handle\b|(?:Pointer|Buffer|DataProducer)\()/y;

/** The highlighted tokens of `text`, in order. */
export function irTokens(text: string): IrToken[] {
  const tokens: IrToken[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [word, string, global, number] = match;
    const start = match.index!;
    const end = start + word.length;
    const kind =
      string !== undefined
        ? "string"
        : global !== undefined
          ? "global"
          : number !== undefined
            ? "number"
            : classOfName(word, text, start, end);
    if (kind !== undefined) tokens.push({ start, end, class: kind });
  }
  return tokens;
}

function classOfName(
  name: string,
  text: string,
  start: number,
  end: number,
): TokenClass | undefined {
  if (name === "attr" && text.startsWith(" = ", end)) return "property";
  if (KEYWORDS.has(name)) return "keyword";
  if (name === "True" || name === "False") return "boolean";
  if (TYPE.test(name)) return "type";
  if (text[end] === "(") return "builtin";
  // "dtype=int32", "storage_scope = global", "buffer_map = {"; but not "let x = 1"
  if (text[end] === "=" && text[end + 1] !== "=") return "property";
  if (text.startsWith(" = ", end) && !text.startsWith("let ", start - 4)) return "property";
  TYPE_AHEAD.lastIndex = end;
  return TYPE_AHEAD.test(text) ? "definition" : undefined;
}
