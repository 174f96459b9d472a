/** Finds the libraries, relative to the kernel's folder and not to the notebook's. */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { libraryNames, type Library } from "../../library-names";

/** The kernel's own folder, the one with its package.json. */
export const kernelRoot = dirname(dirname(dirname(__dirname)));

/** A library's paths; `undefined` if it is not built. */
export function findLibrary(name: string): Library | undefined {
  let root: string;
  try {
    root = dirname(createRequire(join(kernelRoot, "package.json")).resolve(name));
  } catch {
    return undefined;
  }
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  const [types, declarations] = ["library", "declarations"].map((file) =>
    join(root, `dist/${file}.d.ts`),
  );
  return { name, root, types: types!, declarations: declarations! };
}

/** All libraries that are built. */
export const libraries: readonly Library[] = libraryNames
  .map((name) => findLibrary(name))
  .filter((library) => library !== undefined);

export function kernelVersion(): string {
  return (readManifest(kernelRoot) as { version: string }).version;
}

function readManifest(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
