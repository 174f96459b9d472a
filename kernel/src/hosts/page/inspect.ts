/** How values look as text: as Node writes them. */

export { format, inspect } from "node-inspect-extracted";

export function isNativeError(value: unknown): value is Error {
  return value instanceof Error;
}
