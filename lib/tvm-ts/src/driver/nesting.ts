/** What becomes of programs whose expressions are nested more deeply than the stack is high. */

import { forEachChild, type Node, type PrimFunc } from "../ir";
import { InternalError, UsageError } from "../support";

/** Code generators go into expressions as deep as they are; the stack holds some more than this. */
const DEEPEST = 1500;

/** @throws UsageError when an expression of the function is nested too deeply to be compiled. */
export function checkNesting({ body }: PrimFunc, name: string): void {
  const open: { readonly node: Node; readonly depth: number }[] = [{ node: body, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { depth } = next;
    if (depth > DEEPEST) throw tooDeep(name, "compiled");
    forEachChild(next.node, (node) => open.push({ node, depth: depth + 1 }));
  }
}

/**
 * What `run` gives.
 * @param name of the function that is lowered
 * @throws UsageError when the stack overflows on the way.
 */
export function withinStack<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isOverflow(error)) throw error;
    throw tooDeep(name, "lowered", error);
  }
}

function tooDeep(name: string, what: string, cause?: unknown): UsageError {
  return new UsageError(
    "lower-too-deep",
    `${name} is nested too deeply to be ${what}; make tensors of parts of its longest ` +
      `expressions, and inline fewer stages into one`,
    { cause },
  );
}

/** Whether the stack was full, as V8 says it, in a pass or before. */
export function isOverflow(error: unknown): boolean {
  if (error instanceof InternalError) return isOverflow(error.cause);
  return error instanceof RangeError && error.message.includes("call stack");
}
