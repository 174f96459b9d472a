/** Compiling a cell's code. */

import * as vm from "node:vm";

/** The value of an expression whose frames in traces are those of the file `name`. */
export function evaluateScript(code: string, name: string): unknown {
  return new vm.Script(code, { filename: name }).runInThisContext();
}
