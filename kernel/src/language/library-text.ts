/** Replaces internal names of the libraries in TypeScript's messages. */

import type * as ts from "typescript";
import { libraries } from "../hosts/node/libraries";

/**
 * `import("/somewhere/tvm-ts/dist/declarations").NDArray` becomes `NDArray`, the path of a library its name,
 * and `Var$1`, the bundler's name for a second class `Var`, becomes `Var`.
 */
export function nameLibraries(compiler: typeof ts, text: string): string {
  const named = text.replace(/import\("([^"]+)"\)(\.?)/g, (whole, path: string, dot: string) => {
    const library = libraries.find(({ root }) => path.startsWith(root));
    if (library === undefined) return whole;
    return dot === "" ? `import("${library.name}")` : "";
  });
  return named.replace(NUMBERED, (name, plain: string) =>
    numberedNames(compiler).has(name) ? plain : name,
  );
}

const NUMBERED = /\b([A-Za-z]\w*)\$\d+(?![\w$])/g;

let numbered: ReadonlySet<string> | undefined;

function numberedNames(compiler: typeof ts): ReadonlySet<string> {
  if (numbered !== undefined) return numbered;
  const texts = libraries.map(({ declarations }) => compiler.sys.readFile(declarations) ?? "");
  numbered = new Set(texts.flatMap((text) => text.match(NUMBERED) ?? []));
  return numbered;
}
