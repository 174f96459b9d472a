/** Compiling a cell's code. */

import { addressOfSource } from "../../evaluator/source-addresses";

/** The value of an expression whose frames in traces are those of the file `name`. */
export function evaluateScript(code: string, name: string): unknown {
  // Called by another name, `eval` sees globals only.
  const evaluate = globalThis.eval;
  return evaluate(`${code}\n//# sourceURL=${addressOfSource(name)}`);
}
