/** What the language needs of Node: the compiler, tslab's converter, and the files that cells see. */

import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { AmbientTypes } from "../../language/ambient-types";
import { kernelRoot } from "./libraries";

export { loadCompiler, loadConverter } from "./load-compiler";

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
const IMPORT = /\b(?:from|import)\s*\(?\s*["'`](?!(?:tvm-ts|vta-ts(?:\/grade)?)["'`])/;

/** Whether a cell may need all types. */
export function needsAllTypes(cell: string): boolean {
  return NODE_NAME.test(cell) || IMPORT.test(cell);
}

/** What Node's own types say more of than the few lines in their place. */
const SHARED_NAME =
  /\b(?:(?:set|clear)(?:Timeout|Interval)|performance|structuredClone|Text(?:En|De)coder|URL|URLSearchParams|Abort\w+|Headers|Response|fetch|crypto|WebAssembly)\b/;

/** Whether all types may accept a cell that was refused without them. */
export function mayNeedAllTypes(cell: string): boolean {
  return SHARED_NAME.test(cell);
}

/** The notebook's own `@types` folders, nearest first, then the kernel's. */
export function typeRoots(folder: string): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, "node_modules", "@types");
    if (existsSync(root)) roots.push(root);
    if (at === dirname(at)) break;
  }
  const { resolve } = createRequire(join(kernelRoot, "package.json"));
  roots.push(dirname(dirname(resolve("@types/node/package.json"))));
  return [...new Set(roots)];
}

/** Whether loops ask each time whether to stop: an evaluator of its own process is interrupted from outside. */
export function loopsAskToStop(): boolean {
  return false;
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
