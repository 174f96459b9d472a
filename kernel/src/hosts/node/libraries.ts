/** Where the libraries are, found from the kernel's own place on disk and not from the notebook's. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { libraryNames, type Library } from "../../library-names";

/** A library; `undefined` if it is not built. */
export function findLibrary(name: string): Library | undefined {
  let root: string;
  try {
    root = dirname(require.resolve(name));
  } catch {
    return undefined;
  }
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  const { types } = readManifest(root) as { types: string };
  return { name, root, types: join(root, types) };
}

/** All that are built. */
export const libraries: readonly Library[] = libraryNames
  .map((name) => findLibrary(name))
  .filter((library) => library !== undefined);

/** The kernel's own folder, the one with its package.json. */
export const kernelRoot = dirname(dirname(dirname(__dirname)));

export function kernelVersion(): string {
  return (readManifest(kernelRoot) as { version: string }).version;
}

function readManifest(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
