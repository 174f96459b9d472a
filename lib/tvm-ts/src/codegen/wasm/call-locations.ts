/**
 * The locations of external calls in the compiled code, so that a callee can find the statement
 * that called it. Binaryen keeps the locations through its passes as debug locations: the "line" is
 * the number of the call.
 */

import { decode } from "@jridgewell/sourcemap-codec";
import type { Ref, WasmModule } from "./binaryen";
import type { CompiledCall } from "./external-calls";

/** Binaryen writes no location for a first line of 1: its lines are taken to start there. */
const FIRST_LINE = 2;

/** Records calls in the module's source map; `calls` has numbers and expressions. */
export function markCalls(
  m: WasmModule,
  func: number,
  file: number,
  calls: readonly (readonly [number: number, ref: Ref])[],
): void {
  for (const [number, ref] of calls) {
    m.setDebugLocation(func, ref, file, FIRST_LINE + number, 0);
  }
}

const MAP_NAME = "calls";
/**
 * A custom section: id, size, length of the section's name, `sourceMappingURL`, length of the map's
 * name.
 */
const MAP_SECTION_BYTES = 3 + "sourceMappingURL".length + 1 + MAP_NAME.length;

/** The module's bytes, and the calls in them by ascending offset. */
export function emitWithCalls(m: WasmModule): {
  binary: Uint8Array;
  calls: readonly CompiledCall[];
} {
  const { binary, sourceMap } = m.emitBinary(MAP_NAME);
  const { mappings } = JSON.parse(sourceMap ?? "{}") as { mappings: string };
  const calls = decode(mappings)
    .flat()
    .flatMap((segment) =>
      segment.length < 4 ? [] : [{ offset: segment[0], call: segment[2]! + 1 - FIRST_LINE }],
    );
  // Its last section only names the map.
  return { binary: binary.slice(0, binary.length - MAP_SECTION_BYTES), calls };
}
