/**
 * The interface of strategies: a strategy proposes batches of configurations and receives their costs.
 *
 * A batch does not depend on the number of workers or on the order in which its trials end: the same seed
 * gives the same trials in the same order on any machine.
 */

import type { TemplateArguments } from "../../records";
import type { ConfigSpace } from "../config-space";
import type { Random } from "../random";

/** A finished trial, as strategies see it. */
export interface Outcome {
  readonly index: number;
  /** What is minimized; infinite for a failure. */
  readonly cost: number;
}

export interface SearchProblem {
  /** The workload under the name that records use. */
  readonly task: string;
  readonly args: TemplateArguments;
  readonly configs: ConfigSpace;
  readonly random: Random;
  /** The largest number of trials. */
  readonly budget: number;
  /** Whether a configuration can be used; refusals do not count as trials. */
  isAllowed(index: number): boolean;
  /** An estimate of a configuration's cost, if the space has one. */
  estimate(index: number): number | undefined;
}

export interface Strategy {
  readonly name: string;
  /** Starts a search, which proposes batches until the budget is used up. */
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
