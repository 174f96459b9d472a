/**
 * Parsed files of declarations, which all programs of the process share: a converter that restarts, for
 * instance because a cell needs Node's types, does not reparse the others, and a snapshot contains them.
 */

import type * as ts from "typescript";

/** Returns a parsed file, parsing it if needed; the compiler calls it, see `compiler.ts`. */
type Keeper = (
  path: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
  parse: () => ts.SourceFile,
) => ts.SourceFile;

interface KeepingCompiler {
  readonly createGetSourceFile: { keeper?: Keeper };
}

const DECLARATIONS = /\.d\.[cm]?ts$/;
/** The declarations of earlier cells, which change with each cell. */
const CELLS = "__prev__.d.ts";

const files = new Map<string, ts.SourceFile>();

export function keepDeclarations(compiler: typeof ts): void {
  (compiler as unknown as KeepingCompiler).createGetSourceFile.keeper = keep;
}

const keep: Keeper = (path, text, options, parse) => {
  if (!DECLARATIONS.test(path) || path.endsWith(CELLS)) return parse();
  const { languageVersion, impliedNodeFormat } =
    typeof options === "object" ? options : { languageVersion: options, impliedNodeFormat: 0 };
  const key = `${path} ${languageVersion} ${impliedNodeFormat ?? 0}`;
  const kept = files.get(key);
  if (kept?.text === text) return kept;
  const file = parse();
  files.set(key, file);
  return file;
};
