/**
 * The definition of passes.
 *
 * A pass is a value: a name, a description, and either a function of one `PrimFunc` or a list of
 * passes. Names are those of the reference, so that the two pipelines can be compared.
 */

import type { PrimFunc } from "../ir";
import type { PassContext } from "./pass-context";

interface Described {
  readonly name: string;
  /** A sentence that describes the changes. */
  readonly doc: string;
  /** The lowest optimization level at which a sequence runs it; 0 if left out. */
  readonly optLevel?: number;
}

/**
 * Rewrites one function at a time. It is pure, and returns the same object when nothing changes.
 */
export interface FunctionPass extends Described {
  run(func: PrimFunc, context: PassContext): PrimFunc;
}

/** Runs passes in order, as one pass. */
export interface Sequential extends Described {
  readonly passes: readonly Pass[];
  /**
   * Runs the sequence on one function at a time, in a separate module with the function's name `as`.
   * Functions that do not satisfy `when` are not changed.
   */
  readonly perFunction?: { readonly as: string; when(func: PrimFunc): boolean };
}

export type Pass = FunctionPass | Sequential;

/** The information about a pass that instruments receive. */
export type PassInfo = Described;

export function isSequential(pass: Pass): pass is Sequential {
  return "passes" in pass;
}
