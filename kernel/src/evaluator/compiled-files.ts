/** The compiled TypeScript files of a notebook's folder, by the names that imports use. */

import { isAbsolute, resolve } from "node:path";

/** The names by which a TypeScript file can be imported. */
const suffixes = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", "/index.ts", "/index.js"];

/** Resolves `request` in `folder` to a file for which `has` is true. */
export function findCompiled(
  request: string,
  folder: string,
  has: (path: string) => boolean,
): string | undefined {
  if (!request.startsWith(".") && !isAbsolute(request)) return undefined;
  const base = resolve(folder, request);
  const candidates = suffixes.map((suffix) => base + suffix);
  // TypeScript lets an import say .js where the file is .ts.
  if (/\.[cm]?jsx?$/.test(base)) candidates.push(base.replace(/js(x?)$/, "ts$1"));
  return candidates.find(has);
}
