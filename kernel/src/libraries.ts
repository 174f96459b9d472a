/**
 * The libraries that every cell can import without installing anything: where they are, found from
 * the kernel's own place on disk and not from the notebook's.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const bundledLibraries = ["tvm-ts", "vta-ts"] as const;

/** The library that `specifier` names, itself or a file below it. */
export function bundledLibraryOf(specifier: string): string | undefined {
  return bundledLibraries.find((name) => specifier === name || specifier.startsWith(`${name}/`));
}

/** The folder of a bundled library, links resolved; `undefined` if it is not built. */
export function libraryRoot(name: string): string | undefined {
  let folder: string;
  try {
    folder = dirname(require.resolve(name));
  } catch {
    return undefined;
  }
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** The file with a bundled library's types. */
export function libraryTypes(name: string): string | undefined {
  const root = libraryRoot(name);
  if (root === undefined) return undefined;
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    types?: string;
  };
  return manifest.types === undefined ? undefined : join(root, manifest.types);
}

/** The kernel's own folder, the one with its package.json. */
export const kernelRoot = dirname(__dirname);

export function kernelVersion(): string {
  return (JSON.parse(readFileSync(join(kernelRoot, "package.json"), "utf8")) as { version: string })
    .version;
}
