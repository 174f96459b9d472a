/** Passes over networks, as named steps that can be watched. */

import { InternalError, TvmError } from "../../support";
import type { Func } from "../relay-expr";
import { printRelay } from "../print";

export interface RelayPass {
  /** Relay's name. */
  readonly name: string;
  /** One sentence: what it changes. */
  readonly doc: string;
  run(func: Func): Func;
}

/** One run of one pass; texts are made on first use. */
export class RelayStep {
  constructor(
    readonly pass: RelayPass,
    readonly before: Func,
    readonly after: Func,
  ) {}

  get name(): string {
    return this.pass.name;
  }
  get textBefore(): string {
    return printRelay(this.before);
  }
  get textAfter(): string {
    return printRelay(this.after);
  }
  get changed(): boolean {
    return this.before !== this.after && this.textBefore !== this.textAfter;
  }
}

/**
 * Runs passes one after another; `watch` sees each step.
 * @throws UsageError where a network cannot be treated so.
 */
export function runRelayPasses(
  passes: readonly RelayPass[],
  func: Func,
  watch?: (step: RelayStep) => void,
): Func {
  return passes.reduce((current, pass) => {
    const after = runPass(pass, current);
    watch?.(new RelayStep(pass, current, after));
    return after;
  }, func);
}

function runPass(pass: RelayPass, func: Func): Func {
  try {
    return pass.run(func);
  } catch (error) {
    if (error instanceof TvmError && !(error instanceof InternalError)) throw error;
    throw new InternalError(`pass ${pass.name} failed: ${String(error)}`, { cause: error });
  }
}
