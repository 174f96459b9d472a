/** Conditions whose type a cell does not know: those that always hold are refused when they are met. */

const CONDITION = Symbol.for("Jupyter.condition");

/**
 * Passes on what a cell takes for a condition.
 * @throws TypeError if it is an object that says that it is not one, such as an array.
 */
export function tested(value: unknown): unknown {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
  const advice = (value as Record<symbol, unknown>)[CONDITION];
  if (typeof advice === "string") {
    // Bundlers number the names of classes that they find twice.
    const name = value.constructor.name.replace(/\$\d+$/, "");
    throw new TypeError(`a condition takes every ${name} for true; ${advice}`);
  }
  return value;
}
