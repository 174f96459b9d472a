/** The binaryen library, which writes and optimizes WebAssembly, and its types. */

import type binaryen from "binaryen" with { "resolution-mode": "import" };
import { loadedLibrary } from "./loading";

export type Binaryen = typeof binaryen;
export type WasmModule = InstanceType<Binaryen["Module"]>;
/** An expression in a binaryen module; it can be used in one place only. */
export type Ref = number;
/** A value type of WebAssembly. */
export type WasmType = number;

/** @throws UsageError before `ready()` has resolved. */
export function loadedBinaryen(): Binaryen {
  return loadedLibrary() as Binaryen;
}

/**
 * Members that the library exports at the top level, while its declarations have them in `Module`.
 */
interface FunctionNames {
  readonly Function: { setLocalName(func: number, local: number, name: string): void };
}

/** Names a local, for the text form. */
export function nameLocal(library: Binaryen, func: number, local: number, name: string): void {
  (library as unknown as FunctionNames).Function.setLocalName(func, local, name);
}
