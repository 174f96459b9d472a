/** Tags for every operation declared while a function runs. */

import { UsageError, withCleanup } from "../support";

let current: string | undefined;

/**
 * Runs `declare` and gives back its result; operations declared in it get `tag`.
 * @throws UsageError inside another `tagScope`, or for an asynchronous function.
 */
export function tagScope<T>(tag: string, declare: () => T): T {
  if (current !== undefined) {
    throw new UsageError(
      "te-tag",
      `tagScope("${tag}") is inside tagScope("${current}"); tags do not nest`,
    );
  }
  current = tag;
  const result = withCleanup(declare, () => (current = undefined));
  if (result instanceof Promise) {
    throw new UsageError(
      "te-tag",
      "tagScope takes a function that declares at once, not an async one",
    );
  }
  return result;
}

/**
 * The tag of an operation declared now, of its own or the scope's.
 * @throws UsageError when both say one.
 */
export function effectiveTag(own: string | undefined): string {
  if (current === undefined) return own ?? "";
  if (own !== undefined && own !== "") {
    throw new UsageError(
      "te-tag",
      `the tag "${own}" is given inside tagScope("${current}"); keep one of them`,
    );
  }
  return current;
}
