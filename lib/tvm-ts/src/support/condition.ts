/**
 * The property by which a class refuses its objects as conditions.
 *
 * In JavaScript every object is true: `if (a > b)` of arrays or expressions always takes the first branch,
 * and no method can change that. A class of such objects has a property with this name: a sentence that
 * says what to write instead. Notebook cells refuse its objects as conditions and show the sentence; they
 * find the property by the tag `@operator condition` of its type.
 */
export const CONDITION: unique symbol = Symbol.for("Jupyter.condition");
