/**
 * The binaryen library, which writes and optimizes WebAssembly.
 *
 * It loads asynchronously (an ES module that waits for its own WebAssembly), while code is generated
 * synchronously: whoever needs it waits for `ready()` once, before.
 */

import type binaryen from "binaryen" with { "resolution-mode": "import" };
import { UsageError } from "../../support";

export type Binaryen = typeof binaryen;
export type WasmModule = InstanceType<Binaryen["Module"]>;
/** An expression in a binaryen module; it can be used in one place only. */
export type Ref = number;
/** A value type of WebAssembly. */
export type WasmType = number;

let library: Binaryen | undefined;
let loading: Promise<void> | undefined;

/** Resolves when code can be generated; loading starts with the first call (about 0.4 s). */
export function ready(): Promise<void> {
  loading ??= import("binaryen").then((module) => {
    library = module.default;
  });
  return loading;
}

/** @throws UsageError before `ready()` has resolved. */
export function loadedBinaryen(): Binaryen {
  if (library !== undefined) return library;
  throw new UsageError(
    "the code generator is not loaded yet: write `await tvm.ready()` before the first build",
  );
}

/** What the library has at its top, while its declarations have it in `Module`. */
interface FunctionNames {
  readonly Function: { setLocalName(func: number, local: number, name: string): void };
}

/** Names a local, for the text form. */
export function nameLocal(library: Binaryen, func: number, local: number, name: string): void {
  (library as unknown as FunctionNames).Function.setLocalName(func, local, name);
}
