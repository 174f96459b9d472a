/**
 * The language's services in a page: the compiler, tslab's converter, and the files that cells can import.
 */

import ts from "typescript";
import type * as converters from "tslab/dist/converter";
import createConverterModule from "tslab/dist/converter";
import type { AmbientTypes } from "../../language/ambient-types";
import { readDriveText } from "./drive";
import { memorySystem } from "./memory-system";

type SettableSystem = typeof ts & { setSys(system: ts.System): void };

/** The page's files by path; filled before the language starts. */
export const files = new Map<string, string>();

const system = memorySystem(files);

/** The compiler that checks cells. */
export function loadCompiler(): typeof ts {
  (ts as SettableSystem).setSys(system);
  return ts;
}

/** A copy of the converter with `compiler` as its TypeScript. */
export function loadConverter(compiler: object): typeof converters {
  // The bundler converts the module to a function with TypeScript as its argument.
  const create = createConverterModule as unknown as (compiler: object) => typeof converters;
  return create(compiler);
}

/** Declarations without an import: the evaluator's globals, and those of pages. */
export function ambient(_hasAllTypes: boolean): AmbientTypes {
  return {
    files: ["globals", "runtime", "page", "page-names"].map((name) => `/kernel/types/${name}.d.ts`),
    packages: [],
  };
}

/** A page has no types of Node. */
export function needsAllTypes(_cell: string): boolean {
  return false;
}

/** Whether loops poll for interrupts: if workers share memory with the page, which sets a flag. */
export function loopsAskToStop(): boolean {
  return self.crossOriginIsolated;
}

export function mayNeedAllTypes(_cell: string): boolean {
  return false;
}

export function typeRoots(_folder: string): string[] {
  return [];
}

export function stampOf(path: string): string | undefined {
  return files.get(path) ?? readDriveText(path);
}

/** Names of Node that a page does not have, with advice. */
const nodeNames: Readonly<Record<string, string>> = {
  process: "a page has no process; console.log prints",
  Buffer: "a page has no Buffer; use Uint8Array, TextEncoder and TextDecoder",
  require: "a page has no require; write an import of tvm-ts or vta-ts",
  __filename: "a page has no files of Node",
  __dirname: "a page has no files of Node",
};

const NODE_MODULE =
  /^(?:node:|(?:fs|path|os|child_process|crypto|http|https|net|stream|url|util|vm|zlib|worker_threads)(?:\/|$))/;

export function moduleAdvice(specifier: string): string {
  return NODE_MODULE.test(specifier)
    ? "a page has no modules of Node: this cell needs the kernel that ./install.sh installs"
    : "a page has no npm packages: tvm-ts and vta-ts are here, and " +
        `await import("https://esm.sh/${specifier}") loads a module from its address`;
}

export function foreignName(name: string): string | undefined {
  return nodeNames[name];
}
