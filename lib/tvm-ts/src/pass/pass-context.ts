/**
 * The configuration for running passes: options, disabled passes, instruments. A context is a value
 * that is passed explicitly; there is no current context.
 */

import { UsageError } from "../support";
import type { PassInstrument } from "./instrument";
import type { PassInfo } from "./pass";
import type { LoweringTarget } from "./placed-pass";
import { completeOptions, type PassConfig, type PassOptions } from "./pass-config";

export interface PassContextOptions {
  /** 0 to 3; passes of a higher level are skipped. The passes of `lower` all have level 0. */
  readonly optLevel?: number;
  readonly config?: PassConfig;
  /** Names of passes to skip. */
  readonly disabledPass?: readonly string[];
  /** Names of passes that instruments cannot skip. */
  readonly requiredPass?: readonly string[];
  readonly instruments?: readonly PassInstrument[];
  /** The target of `lower`, if its call does not name a target. */
  readonly target?: LoweringTarget;
}

export class PassContext {
  readonly optLevel: number;
  readonly config: PassConfig;
  readonly disabledPass: readonly string[];
  readonly requiredPass: readonly string[];
  readonly instruments: readonly PassInstrument[];
  readonly target?: LoweringTarget;
  private readonly options: PassOptions;

  /** @throws UsageError for an option that does not exist or has another type. */
  constructor(options: PassContextOptions = {}) {
    this.optLevel = options.optLevel ?? 2;
    this.config = options.config ?? {};
    this.disabledPass = options.disabledPass ?? [];
    this.requiredPass = options.requiredPass ?? [];
    this.instruments = options.instruments ?? [];
    if (options.target !== undefined) this.target = options.target;
    this.options = completeOptions(this.config);
    if (!Number.isInteger(this.optLevel) || this.optLevel < 0 || this.optLevel > 3) {
      throw new UsageError("pass-option", `optLevel must be 0, 1, 2 or 3, not ${this.optLevel}`);
    }
  }

  /** The value of an option, or its default if the context does not set it. */
  option<K extends keyof PassOptions>(key: K): PassOptions[K] {
    return this.options[key];
  }

  /**
   * A copy with other values of some fields; the options in `config` are added to those already set.
   */
  with(changes: PassContextOptions): PassContext {
    const target = changes.target ?? this.target;
    return new PassContext({
      optLevel: changes.optLevel ?? this.optLevel,
      config: { ...this.config, ...changes.config },
      disabledPass: changes.disabledPass ?? this.disabledPass,
      requiredPass: changes.requiredPass ?? this.requiredPass,
      instruments: changes.instruments ?? this.instruments,
      ...(target === undefined ? {} : { target }),
    });
  }

  /** A copy with one more instrument, called after the others. */
  withInstrument(instrument: PassInstrument): PassContext {
    return this.with({ instruments: [...this.instruments, instrument] });
  }

  /** Calls the instruments' `ruleApplied` hooks; undefined if there are none. */
  get onRule(): PassInstrument["ruleApplied"] {
    const listeners = this.instruments.filter((instrument) => instrument.ruleApplied !== undefined);
    if (listeners.length === 0) return undefined;
    return (rule, before, after) =>
      listeners.forEach((listener) => listener.ruleApplied?.(rule, before, after));
  }

  /**
   * Whether a sequence runs the pass: it is not disabled, and its level is at most `optLevel` or it is
   * required.
   */
  isEnabled(pass: PassInfo): boolean {
    if (this.disabledPass.includes(pass.name)) return false;
    return (pass.optLevel ?? 0) <= this.optLevel || this.requiredPass.includes(pass.name);
  }
}
