/** Values as text. */

export { format, inspect } from "node:util";
export { isNativeError } from "node:util/types";
