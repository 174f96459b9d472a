/**
 * Loads the compiler and tslab's converter from their packages, in a program that is not bundled; the
 * kernel's bundle uses `bundled-compiler.ts`.
 */

import type * as ts from "typescript";
import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import type * as converters from "tslab/dist/converter";
import { withHook } from "../../language/compiler";

let loadedCompiler: typeof ts | undefined;

/** The compiler that checks cells, loaded at first use. */
export function loadCompiler(): typeof ts {
  if (loadedCompiler !== undefined) return loadedCompiler;
  const path = require.resolve("typescript");
  loadedCompiler = loadModule(path, withHook(readFileSync(path, "utf8"))) as typeof ts;
  return loadedCompiler;
}

/** Loads a copy of the converter with `compiler` as its TypeScript. */
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
