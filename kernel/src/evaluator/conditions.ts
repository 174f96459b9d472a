/** Conditions whose type is unknown at compile time: the ones that always hold are refused at run time. */

const CONDITION = Symbol.for("Jupyter.condition");

/**
 * Returns a cell's condition. @throws TypeError if it is an object marked as not a condition, such as an
 * array.
 */
export function tested(value: unknown): unknown {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
  const advice = (value as Record<symbol, unknown>)[CONDITION];
  if (typeof advice === "string") {
    // Bundlers append numbers to class names that occur twice.
    const name = value.constructor.name.replace(/\$\d+$/, "");
    throw new TypeError(`every ${name} is true as a condition; ${advice}`);
  }
  return value;
}
