/** Which piece of the functions' text each external call in the code comes from. */

import type { CallPlace } from "../../artifact";
import { isStmt, printModule, type IRModule } from "../../ir";
import type { CodegenTarget } from "../code-generator";
import { isExternalCall, type CompiledCall } from "./external-calls";

/**
 * @param calls the calls in the code
 * @param count how many there are in the text of `source`
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
  // What is left out of the code, such as an empty loop, would make the numbers mean something else.
  if (places.length !== count) return [];
  return calls.map(({ offset, call }) => {
    const { start, end } = places[call]!;
    return { offset, start, end };
  });
}
