/**
 * What a strategy is: it proposes batches of configurations and learns what they cost.
 *
 * A batch does not depend on how many workers measure it, nor on which of its trials ends first: the
 * same seed gives the same trials in the same order on any machine.
 */

import type { TemplateArguments } from "../../records";
import type { ConfigSpace } from "../config-space";
import type { Random } from "../random";

/** A trial that has ended, as strategies see it. */
export interface Outcome {
  readonly index: number;
  /** What is minimized; infinite for a failure. */
  readonly cost: number;
}

export interface SearchProblem {
  /** The workload, as records name it. */
  readonly task: string;
  readonly args: TemplateArguments;
  readonly configs: ConfigSpace;
  readonly random: Random;
  /** How many trials there may be in all. */
  readonly budget: number;
  /** Whether a configuration can be used; refusals cost no trial. */
  isAllowed(index: number): boolean;
  /** Roughly what a configuration costs, where the space says so. */
  estimate(index: number): number | undefined;
}

export interface Strategy {
  readonly name: string;
  /** Starts a search; what it gives is asked for batches until the budget is used up. */
  start(problem: SearchProblem): Search;
}

export interface Search {
  /**
   * The next configurations to try, none of which was proposed before; empty when there are no more.
   * @param outcomes all trials so far, in the order in which they were proposed
   */
  next(outcomes: readonly Outcome[]): readonly number[];
}

/** Trials that are proposed together. */
export const BATCH = 16;
