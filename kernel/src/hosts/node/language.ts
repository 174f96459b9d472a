/** The language's services on Node: the compiler, tslab's converter, and the files that cells can import. */

import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { AmbientTypes } from "../../language/ambient-types";
import { kernelRoot } from "./libraries";

export { loadCompiler, loadConverter } from "./load-compiler";

/**
 * Declarations without an import: the evaluator's globals, and Node's types. Node's types take as long to
 * load as everything else together, so a cell that does not need them is checked against a few lines instead.
 */
export function ambient(hasAllTypes: boolean): AmbientTypes {
  const names = hasAllTypes ? ["globals", "runtime"] : ["globals", "runtime", "page", "node-names"];
  return {
    files: names.map((name) => join(kernelRoot, "types", `${name}.d.ts`)),
    packages: hasAllTypes ? ["node"] : [],
  };
}

/** Node's names, and imports other than the libraries, whose files can use Node's types. */
const NODE_NAME = /\b(?:process|global|Buffer|NodeJS|require|__filename|__dirname|setImmediate)\b/;
const IMPORT = /\b(?:from|import)\s*\(?\s*["'`](?!(?:tvm-ts|vta-ts(?:\/grade)?)["'`])/;

/** Whether a cell may need all types. */
export function needsAllTypes(cell: string): boolean {
  return NODE_NAME.test(cell) || IMPORT.test(cell);
}

/** Names that Node's own types describe in more detail than the few lines. */
const SHARED_NAME =
  /\b(?:(?:set|clear)(?:Timeout|Interval)|performance|structuredClone|Text(?:En|De)coder|URL|URLSearchParams|Abort\w+|Headers|Response|fetch|crypto|WebAssembly)\b/;

/** Whether a refused cell could be accepted with all types. */
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

/** Whether loops poll for interrupts: not here, because a process is interrupted from outside. */
export function loopsAskToStop(): boolean {
  return false;
}

/** Advice for a module that is not found, if the host has any. */
export function moduleAdvice(_specifier: string): string | undefined {
  return undefined;
}

/** Advice for a name that other hosts have. */
export function foreignName(_name: string): string | undefined {
  return undefined;
}

/** A value that differs when a file has changed; undefined without a file. */
export function stampOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.mtimeMs} ${stats.size}`;
}
