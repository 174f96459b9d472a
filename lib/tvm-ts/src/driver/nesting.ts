/** Errors for programs whose expressions are nested too deeply for the call stack. */

import { forEachChild, type Node, type PrimFunc } from "../ir";
import { InternalError, UsageError } from "../support";

/**
 * The maximal nesting depth of expressions. Code generators recurse into expressions, and the call
 * stack is sufficient for a little more than this.
 */
const MAX_DEPTH = 1500;

/** @throws UsageError when an expression of the function is nested too deeply to be compiled. */
export function checkNesting({ body }: PrimFunc, name: string): void {
  const open: { readonly node: Node; readonly depth: number }[] = [{ node: body, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { depth } = next;
    if (depth > MAX_DEPTH) throw tooDeep(name, "compiled");
    forEachChild(next.node, (node) => open.push({ node, depth: depth + 1 }));
  }
}

/**
 * The result of `run`.
 * @param name name of the function that is lowered
 * @throws UsageError when the stack overflows.
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
    `${name} is nested too deeply to be ${what}; compute parts of its longest ` +
      `expressions as separate tensors, and inline fewer stages`,
    { cause },
  );
}

/** Whether the error, or its cause, is V8's stack overflow. */
export function isOverflow(error: unknown): boolean {
  if (error instanceof InternalError) return isOverflow(error.cause);
  return error instanceof RangeError && error.message.includes("call stack");
}
