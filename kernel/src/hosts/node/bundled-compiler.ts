/** The compiler and tslab's converter inside the kernel's bundle, in the place of `load-compiler.ts`. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as converters from "tslab/dist/converter";
import ts from "typescript";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- its declarations have no default export
import createConverterModule = require("tslab/dist/converter");
import { kernelRoot } from "./libraries";

/** The compiler that checks cells; of its package only the libraries of types are read. */
export function loadCompiler(): typeof ts {
  const { resolve } = createRequire(join(kernelRoot, "package.json"));
  const path = join(dirname(resolve("typescript/package.json")), "lib/typescript.js");
  // The bundle may be part of a snapshot, which was made elsewhere.
  Object.assign(ts.sys, {
    getExecutingFilePath: () => path,
    getCurrentDirectory: () => process.cwd(),
  });
  return ts;
}

/** A copy of the converter that gets `compiler` when it requires its TypeScript. */
export function loadConverter(compiler: object): typeof converters {
  // The bundler makes a function of the module, whose argument is what it requires as TypeScript.
  const create = createConverterModule as unknown as (compiler: object) => typeof converters;
  return create(compiler);
}
