/** The kinds of targets that need only this library. */

import { wasmGenerator } from "../codegen";
import { TargetRegistry } from "./registry";

/**
 * `wasm`, `c`, `llvm` and `ext_dev`. All of them run as WebAssembly here; a module's C source, for
 * another machine's compiler, is generated on first use.
 */
export function standardTargets(): TargetRegistry {
  const targets = new TargetRegistry();
  for (const name of ["wasm", "c", "llvm"]) {
    targets.register({ name, deviceKind: "cpu", generator: wasmGenerator });
  }
  targets.register({ name: "ext_dev", deviceKind: "ext_dev", generator: wasmGenerator });
  return targets;
}
