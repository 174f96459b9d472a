/**
 * Loading the binaryen library.
 *
 * It loads asynchronously (an ES module that awaits its own WebAssembly), while code is generated
 * synchronously, so a program awaits `ready()` once before the first build. Separate from
 * `binaryen.ts`, so that users' declarations do not mention the library's types, which TypeScript
 * before 5.3 cannot import from CommonJS.
 */

import { UsageError } from "../../support";

let library: unknown;
let loading: Promise<void> | undefined;

/** Resolves when code can be generated; loading starts with the first call (about 0.4 s). */
export function ready(): Promise<void> {
  loading ??= import("binaryen").then((module) => {
    library = module.default;
  });
  return loading;
}

/** @throws UsageError before `ready()` has resolved. */
export function loadedLibrary(): unknown {
  if (library !== undefined) return library;
  throw new UsageError(
    "build-not-ready",
    "the code generator is not loaded yet: write `await tvm.ready()` before the first build",
  );
}
