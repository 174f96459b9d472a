/** Tags for every operation declared while a function runs. */

import { UsageError, withCleanup } from "../support";

let current: string | undefined;

/**
 * Runs `declare` and returns its result. Operations declared in it get `tag`.
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
    throw new UsageError("te-tag", "tagScope needs a synchronous function, not an async one");
  }
  return result;
}

/**
 * The tag of an operation declared now: its own tag or that of the scope.
 * @throws UsageError when both have a tag.
 */
export function effectiveTag(own: string | undefined): string {
  if (current === undefined) return own ?? "";
  if (own !== undefined && own !== "") {
    throw new UsageError(
      "te-tag",
      `the option tag "${own}" is used inside tagScope("${current}"); leave out one of the two`,
    );
  }
  return current;
}
