/**
 * What a pass is.
 *
 * A pass is a value: a name, a sentence, and either a function over one `PrimFunc` or a list of
 * passes run one after another. Names are the reference's, so that its pipeline and ours can be laid
 * side by side.
 */

import type { PrimFunc } from "../ir";
import type { PassContext } from "./pass-context";

interface Described {
  readonly name: string;
  /** One sentence: what it changes. */
  readonly doc: string;
  /** The lowest optimization level at which a sequence runs it; 0 if left out. */
  readonly optLevel?: number;
}

/** Rewrites one function at a time; pure, and gives back the same object when nothing changes. */
export interface FunctionPass extends Described {
  run(func: PrimFunc, context: PassContext): PrimFunc;
}

/** Runs passes one after another; seen from outside it is one pass. */
export interface Sequential extends Described {
  readonly passes: readonly Pass[];
  /**
   * Runs the sequence on one function at a time, in a module of its own where the function is
   * called `as`; functions that do not satisfy `when` are left alone.
   */
  readonly perFunction?: { readonly as: string; when(func: PrimFunc): boolean };
}

export type Pass = FunctionPass | Sequential;

/** What an instrument receives about a pass. */
export type PassInfo = Described;

export function isSequential(pass: Pass): pass is Sequential {
  return "passes" in pass;
}
