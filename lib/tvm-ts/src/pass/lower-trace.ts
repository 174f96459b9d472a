/** The record of lowering, pass by pass, up to the end or to the pass that failed. */

import { printModule, type IRModule } from "../ir";
import type { PassInfo } from "./pass";
import type { PassRecord } from "./recorder";

/** Why lowering failed. */
export interface LowerFailure {
  readonly error: Error;
  readonly pass: PassInfo;
  /** The number of passes around it. */
  readonly depth: number;
  /** The module before the failed pass. */
  readonly before: IRModule;
}

export class LowerTrace {
  constructor(
    /** The module before the first pass. */
    readonly start: IRModule,
    private readonly outcome: IRModule | LowerFailure,
    /** The passes that succeeded, in the order in which they finished. */
    readonly passes: readonly PassRecord[],
  ) {}

  /** Undefined when lowering succeeded. */
  get failure(): LowerFailure | undefined {
    return "error" in this.outcome ? this.outcome : undefined;
  }

  /**
   * The lowered module.
   * @throws The error of the pass that failed, if one did.
   */
  get module(): IRModule {
    if ("error" in this.outcome) throw this.outcome.error;
    return this.outcome;
  }

  /** The names of the passes that changed the module, and the result or the error. */
  toString(): string {
    const names = this.passes.filter((pass) => pass.changed).map((pass) => pass.name);
    const changed = `changed by ${names.join(", ")}`;
    const { failure } = this;
    if (failure === undefined) return `${changed}\n${printModule(this.module).text}`;
    const { pass, error, before } = failure;
    return `${changed}\n${pass.name} failed: ${error.message}\non\n${printModule(before).text}`;
  }
}
