/**
 * Decides when to load the library that writes WebAssembly. It takes half a second and 80 MB and loads
 * asynchronously, while `tvm.build` is synchronous, so it is loaded before the first cell that can generate
 * code.
 */

/** Names of functions that generate or read code. */
const GENERATES_CODE =
  /build|compile|tune|explore|compare|relay|network|graph|executor|grade|load|source|serve/i;

/** Whether a cell's code can generate code, directly or by a function that it defines. */
export function mayGenerateCode(code: string): boolean {
  return GENERATES_CODE.test(code);
}
