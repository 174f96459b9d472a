/** Files whose frames traces leave out: the evaluator's and the libraries'. */

import { join } from "node:path";
import { kernelRoot } from "./libraries";

export { libraries } from "./libraries";

const ownRoot = join(kernelRoot, "dist");

/** Whether a file is the evaluator's or Node's own. */
export function isHostFile(file: string): boolean {
  return file.startsWith(ownRoot) || file.startsWith("node:");
}
