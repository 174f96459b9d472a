/**
 * What a class says about its objects as conditions.
 *
 * JavaScript takes every object for true, so `if (a > b)` of arrays or expressions takes one branch
 * whatever they hold, and JavaScript has no method to change that. A class of such objects has a
 * property with this name: a sentence that says what to write instead. Notebook cells refuse its objects
 * as conditions and show the sentence; the tag `@operator condition` tells them of the property by type.
 */
export const CONDITION: unique symbol = Symbol.for("Jupyter.condition");
