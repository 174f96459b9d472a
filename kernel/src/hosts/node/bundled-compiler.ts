/** The compiler and tslab's converter inside the kernel's bundle; replaces `load-compiler.ts`. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as converters from "tslab/dist/converter";
import ts from "typescript";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- its declarations have no default export
import createConverterModule = require("tslab/dist/converter");
import { kernelRoot } from "./libraries";

/** The compiler that checks cells; only the library types are read from its package. */
export function loadCompiler(): typeof ts {
  const { resolve } = createRequire(join(kernelRoot, "package.json"));
  const path = join(dirname(resolve("typescript/package.json")), "lib/typescript.js");
  // The bundle can be part of a snapshot from another folder.
  Object.assign(ts.sys, {
    getExecutingFilePath: () => path,
    getCurrentDirectory: () => process.cwd(),
  });
  return ts;
}

/** A copy of the converter with `compiler` as its TypeScript. */
export function loadConverter(compiler: object): typeof converters {
  // The bundler converts the module to a function with TypeScript as its argument.
  const create = createConverterModule as unknown as (compiler: object) => typeof converters;
  return create(compiler);
}
