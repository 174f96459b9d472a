/** Passes over networks, as named and observable steps. */

import { InternalError, TvmError } from "../../support";
import type { Func } from "../relay-expr";
import { printRelay } from "../print";

export interface RelayPass {
  /** Relay's name. */
  readonly name: string;
  /** A short description of the change. */
  readonly doc: string;
  run(func: Func): Func;
}

/** A run of a pass; texts are printed on first use. */
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
 * Runs passes in order; `watch` receives each step.
 * @throws UsageError when a pass does not support the network.
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
