/**
 * When the library that writes WebAssembly is loaded. It takes half a second and 80 MB and loads asynchronously, while
 * `tvm.build` is synchronous. So it is loaded before the first cell that may generate code.
 */

/** Names by which programs come to generate code, or read it. */
const GENERATES_CODE =
  /build|compile|tune|explore|compare|relay|network|graph|executor|grade|load|source|serve/i;

/** Whether running compiled code may generate code, directly or by a function that it defines. */
export function mayGenerateCode(code: string): boolean {
  return GENERATES_CODE.test(code);
}
