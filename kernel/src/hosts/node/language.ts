/** What the language needs of Node: the compiler, tslab's converter, and the files that cells see. */

import type * as ts from "typescript";
import { existsSync, readFileSync, statSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as converters from "tslab/dist/converter";
import type { AmbientTypes } from "../../language/ambient-types";
import { withHook } from "../../language/compiler";
import { kernelRoot } from "./libraries";

let loadedCompiler: typeof ts | undefined;

/** The compiler that checks cells; loading it takes a while. */
export function loadCompiler(): typeof ts {
  if (loadedCompiler !== undefined) return loadedCompiler;
  const path = require.resolve("typescript");
  loadedCompiler = loadModule(path, withHook(readFileSync(path, "utf8"))) as typeof ts;
  return loadedCompiler;
}

/** Loads a copy of the converter that gets `compiler` when it requires its TypeScript. */
export function loadConverter(compiler: object): typeof converters {
  const path = require.resolve("tslab/dist/converter");
  const load = createRequire(path);
  const required = (name: string): unknown =>
    name === "@tslab/typescript-for-tslab" ? compiler : (load(name) as unknown);
  return loadModule(path, readFileSync(path, "utf8"), required) as typeof converters;
}

/** Runs the text of a CommonJS module as if it were the file at `path`. */
function loadModule(
  path: string,
  text: string,
  required: (name: string) => unknown = createRequire(path),
): unknown {
  const module = new Module(path) as NodeJS.Module & { _compile(text: string, path: string): void };
  module.filename = path;
  module.require = required as NodeJS.Require;
  module._compile(text, path);
  return module.exports as unknown;
}

/**
 * What is declared without an import: the evaluator's globals, and Node's types. Those take as long to load
 * as everything else together, so a cell that needs none of them is checked against a few lines in their place.
 */
export function ambient(hasAllTypes: boolean): AmbientTypes {
  const names = hasAllTypes ? ["globals", "runtime"] : ["globals", "runtime", "page", "node-names"];
  return {
    files: names.map((name) => join(kernelRoot, "types", `${name}.d.ts`)),
    packages: hasAllTypes ? ["node"] : [],
  };
}

/** Names of Node's, and imports of anything but the libraries, whose files may use Node's types. */
const NODE_NAME = /\b(?:process|global|Buffer|NodeJS|require|__filename|__dirname|setImmediate)\b/;
const IMPORT = /\b(?:from|import)\s*\(?\s*["'`](?!(?:tvm|vta)-ts["'`])/;

/** Whether a cell may need all types. */
export function needsAllTypes(cell: string): boolean {
  return NODE_NAME.test(cell) || IMPORT.test(cell);
}

/** The notebook's own `@types` folders, nearest first, then the kernel's. */
export function typeRoots(folder: string): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, "node_modules", "@types");
    if (existsSync(root)) roots.push(root);
    if (at === dirname(at)) break;
  }
  roots.push(dirname(dirname(require.resolve("@types/node/package.json"))));
  return [...new Set(roots)];
}

/** What to do where a module is not found, if the host knows. */
export function moduleAdvice(_specifier: string): string | undefined {
  return undefined;
}

/** What to say of a name that hosts of another kind have. */
export function foreignName(_name: string): string | undefined {
  return undefined;
}

/** Differs when a file has changed; nothing where there is no file. */
export function stampOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.mtimeMs} ${stats.size}`;
}
