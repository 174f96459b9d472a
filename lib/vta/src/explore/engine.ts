/**
 * Engines measure trials: in this thread, in worker threads, or on other machines. They do not depend on
 * strategies or records.
 */

import type { Refusal } from "./verdict";
import type { Profile } from "../sim";
import type { Measures } from "../records";
import type { SearchSpace } from "./search-space";

/** The outcome of one configuration. */
export type TrialResult =
  /** It was compiled and run. */
  | { readonly kind: "measured"; readonly measures: Measures; readonly seconds: number }
  /** The compiler refused it; it does not count as a trial. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** It was compiled and did not run to its end: `errorNo` is one of AutoTVM's. */
  | {
      readonly kind: "failed";
      readonly errorNo: number;
      readonly error: string;
      readonly seconds: number;
    };

export interface MeasureOptions {
  /** The cycle model, unless it is a knob of the space; `de10` if left out. */
  readonly model?: string;
  /** Whether results are compared with a plain computation; once for each class of configurations. */
  readonly check?: boolean;
  /**
   * User-defined measures by name, each a function of a trial's profile; only `thisThread()` runs them,
   * because functions cannot be sent to other threads.
   */
  readonly measures?: Readonly<Record<string, (profile: Profile) => number>>;
}

/** An engine that measures configurations of one space. */
export interface EngineSession {
  /** How many trials can run at the same time. */
  readonly workers: number;
  /** Measures a configuration. Rejects only when the engine itself is broken. */
  measure(index: number): Promise<TrialResult>;
  /** Releases the workers; running trials are abandoned. */
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** Whether trials end so soon that a progress bar would only flicker. */
  readonly isInstant?: boolean;
  open(space: SearchSpace, options: MeasureOptions): Promise<EngineSession>;
}
