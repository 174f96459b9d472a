/** Values as text, in the format of Node. */

export { format, inspect } from "node-inspect-extracted";

export function isNativeError(value: unknown): value is Error {
  return value instanceof Error;
}
