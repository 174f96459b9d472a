/** The text of each external call in the code. */

import type { CallPlace } from "../../artifact";
import { isStmt, printModule, type IRModule } from "../../ir";
import type { CodegenTarget } from "../code-generator";
import { isExternalCall } from "./external-calls";

/** @param count the number of external calls in the code */
export function callPlaces(
  source: IRModule,
  { lowerings }: CodegenTarget,
  count: number,
): CallPlace[] {
  const places = printModule(source).ranges.filter(({ node }) => {
    if (!isStmt(node)) return false;
    if (isExternalCall(node)) return true;
    return node.kind === "Evaluate" && node.value.kind === "Call" && lowerings.has(node.value.op);
  });
  // If code was removed, such as an empty loop, the numbers do not match.
  if (places.length !== count) return [];
  return places.map(({ start, end }) => ({ start, end }));
}
