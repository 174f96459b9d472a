/** The TypeScript files beside a notebook, which the language has compiled, by what imports call them. */

import { isAbsolute, resolve } from "node:path";

/** What a TypeScript file may be called by those who import it. */
const suffixes = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", "/index.ts", "/index.js"];

/** The file that `request` means when it is written in `folder`, among those that `has` knows. */
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
