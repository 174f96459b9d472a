/** Evaluates a cell's code. */

import { addressOfSource } from "../../evaluator/source-addresses";

/** The value of an expression; `name` is its file in stack traces. */
export function evaluateScript(code: string, name: string): unknown {
  // An indirect `eval` has only global scope.
  const evaluate = globalThis.eval;
  return evaluate(`${code}\n//# sourceURL=${addressOfSource(name)}`);
}
