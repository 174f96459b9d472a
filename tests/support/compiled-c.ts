/** Running generated C: compiled with the machine's compiler together with a small runtime of ours. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateC } from "../../lib/tvm-ts/src/codegen";
import { IRModule, type PrimFunc } from "../../lib/tvm-ts/src/ir";
import { ELEMENTS, elementType, NDArray, type np } from "../../lib/tvm-ts/src/runtime";
import { cpu } from "./compiled";

/** The functions of TVM's runtime that generated code uses. */
const RUNTIME = `
#include <stdio.h>
#include <stdlib.h>
static const char* last_error = "";
void TVMAPISetLastError(const char* message) { last_error = message; }
void* TVMBackendAllocWorkspace(int t, int i, uint64_t bytes, int c, int b) {
  (void)t; (void)i; (void)c; (void)b;
  return malloc(bytes);
}
int TVMBackendFreeWorkspace(int t, int i, void* p) { (void)t; (void)i; free(p); return 0; }
`;

export interface CRun {
  /** C functions that the program calls. */
  readonly externs?: string;
  /** Compiler arguments besides our own. */
  readonly options?: readonly string[];
}

/**
 * Calls a function on arrays and whole numbers, and returns the arrays' contents afterwards.
@throws Error with the function's message when it reports an error.
 */
export function runC(
  func: PrimFunc,
  args: readonly (np.ndarray | number)[],
  { externs = "", options = [] }: CRun = {},
): np.ndarray[] {
  const arrays = args.filter((arg) => typeof arg !== "number");
  const folder = mkdtempSync(join(tmpdir(), "tvm-ts-c-"));
  try {
    const source = generateC(IRModule.of("main", func), { deviceType: 1 });
    const program = join(folder, "program.c");
    writeFileSync(program, source + RUNTIME + externs + mainProgram(args));
    const output = join(folder, "program");
    const flags = ["-std=c99", "-O1", "-Wall", "-Wno-unused-function", "-fwrapv"];
    const exact = ["-ffp-contract=off", ...options, program, "-o", output, "-lm"];
    execFileSync("cc", [...flags, ...exact], { stdio: ["ignore", "inherit", "pipe"] });
    const inputs = arrays.map((array) => bytesOf(NDArray.of(array, cpu)).slice());
    const result = execFileSync(output, { input: Buffer.concat(inputs), maxBuffer: 1 << 28 });
    let at = 0;
    return arrays.map((array) => {
      const back = NDArray.of(array, cpu);
      const bytes = bytesOf(back);
      bytes.set(result.subarray(at, at + bytes.length));
      at += bytes.length;
      return back.numpy();
    });
  } catch (error) {
    const { stdout } = error as { stdout?: Buffer };
    const message = stdout === undefined ? "" : String(stdout);
    if (message.startsWith("error: ")) throw new Error(message.slice(7), { cause: error });
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The bytes of an array, not copied. */
function bytesOf(array: NDArray): Uint8Array {
  return new Uint8Array(cpu.memory.buffer, array.address, array.byteLength);
}

function mainProgram(args: readonly (np.ndarray | number)[]): string {
  const setUp = args.map((array, i) => {
    if (typeof array === "number") return `  values[${i}].v_int64 = ${array};\n  codes[${i}] = 0;`;
    const { code, bits, bytes } = ELEMENTS[elementType(array.dtype)];
    const shape = array.shape.join(", ") || "0";
    return `
  int64_t shape_${i}[] = { ${shape} };
  size_t bytes_${i} = ${array.size * bytes};
  void* data_${i} = malloc(bytes_${i} + 64);
  if (fread(data_${i}, 1, bytes_${i}, stdin) != bytes_${i}) return 2;
  DLTensor array_${i} = { data_${i}, { 1, 0 }, ${array.ndim}, { ${code}, ${bits}, 1 }, shape_${i}, NULL, 0 };
  values[${i}].v_handle = &array_${i};
  codes[${i}] = 7;`;
  });
  const writes = args.map((arg, i) =>
    typeof arg === "number" ? "" : `  fwrite(data_${i}, 1, bytes_${i}, stdout);`,
  );
  return `
int main(void) {
  TVMValue values[${args.length + 1}], result;
  int32_t codes[${args.length + 1}], code = 0;
  ${setUp.join("\n")}
  if (tvm_main(values, codes, ${args.length}, &result, &code, NULL) != 0) {
    printf("error: %s", last_error);
    return 1;
  }
${writes.join("\n")}
  return 0;
}
`;
}
