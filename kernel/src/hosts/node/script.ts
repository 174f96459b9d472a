/** Evaluates a cell's code. */

import * as vm from "node:vm";

/** The value of an expression; `name` is its file in stack traces. */
export function evaluateScript(code: string, name: string): unknown {
  return new vm.Script(code, { filename: name }).runInThisContext();
}
