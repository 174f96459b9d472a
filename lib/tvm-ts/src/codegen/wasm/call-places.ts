/** Maps each external call in the code to the text of its statement. */

import type { CallPlace } from "../../artifact";
import { isStmt, printModule, type IRModule } from "../../ir";
import type { CodegenTarget } from "../code-generator";
import { isExternalCall, type CompiledCall } from "./external-calls";

/**
 * @param calls the calls in the code
 * @param count the number of external calls in the text of `source`
 */
export function callPlaces(
  source: IRModule,
  { lowerings }: CodegenTarget,
  calls: readonly CompiledCall[],
  count: number,
): CallPlace[] {
  const places = printModule(source).ranges.filter(({ node }) => {
    if (!isStmt(node)) return false;
    if (isExternalCall(node)) return true;
    return node.kind === "Evaluate" && node.value.kind === "Call" && lowerings.has(node.value.op);
  });
  // If code was removed, such as an empty loop, the numbers do not match.
  if (places.length !== count) return [];
  return calls.map(({ offset, call }) => {
    const { start, end } = places[call]!;
    return { offset, start, end };
  });
}
