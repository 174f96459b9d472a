/** An ordered list of passes in named phases, to which targets and users can add passes. */

import { UsageError } from "../support";
import type { Pass, Sequential } from "./pass";

/** A part of a pipeline. Passes can be added at its end. */
export interface Phase {
  readonly name: string;
  readonly passes: readonly Pass[];
}

/** Immutable: adding passes returns another pipeline. */
export class Pipeline {
  constructor(readonly phases: readonly Phase[]) {}

  /** All passes, in order. */
  get passes(): readonly Pass[] {
    return this.phases.flatMap((phase) => phase.passes);
  }

  /**
   * Adds passes at the end of a phase.
   * @throws UsageError if there is no such phase.
   */
  appendTo(phaseName: string, ...passes: readonly Pass[]): Pipeline {
    if (!this.hasPhase(phaseName)) {
      const names = this.phases.map((phase) => phase.name).join(", ");
      throw new UsageError(
        "pass-pipeline",
        `the pipeline has no phase '${phaseName}'; it has ${names}`,
      );
    }
    return new Pipeline(
      this.phases.map((phase) =>
        phase.name === phaseName ? { ...phase, passes: [...phase.passes, ...passes] } : phase,
      ),
    );
  }

  /**
   * Adds passes right after each pass of this name.
   * @throws UsageError if there is none.
   */
  insertAfter(passName: string, ...passes: readonly Pass[]): Pipeline {
    return this.replace(passName, (pass) => [pass, ...passes]);
  }

  /**
   * Adds passes right before each pass of this name.
   * @throws UsageError if there is none.
   */
  insertBefore(passName: string, ...passes: readonly Pass[]): Pipeline {
    return this.replace(passName, (pass) => [...passes, pass]);
  }

  /**
   * Adds passes at the end of a phase, or right after each pass of this name.
   * @throws UsageError if there is neither.
   */
  after(name: string, ...passes: readonly Pass[]): Pipeline {
    return this.hasPhase(name) ? this.appendTo(name, ...passes) : this.insertAfter(name, ...passes);
  }

  /**
   * Adds passes at the beginning of a phase, or right before each pass of this name.
   * @throws UsageError if there is neither.
   */
  before(name: string, ...passes: readonly Pass[]): Pipeline {
    if (!this.hasPhase(name)) return this.insertBefore(name, ...passes);
    return new Pipeline(
      this.phases.map((phase) =>
        phase.name === name ? { ...phase, passes: [...passes, ...phase.passes] } : phase,
      ),
    );
  }

  private hasPhase(name: string): boolean {
    return this.phases.some((phase) => phase.name === name);
  }

  private replace(passName: string, by: (pass: Pass) => readonly Pass[]): Pipeline {
    if (!this.passes.some((pass) => pass.name === passName)) {
      const phases = this.phases.map((phase) => phase.name).join(", ");
      throw new UsageError(
        "pass-pipeline",
        `the pipeline has no pass '${passName}'; its phases are ${phases}`,
      );
    }
    return new Pipeline(
      this.phases.map((phase) => ({
        name: phase.name,
        passes: phase.passes.flatMap((pass) => (pass.name === passName ? by(pass) : [pass])),
      })),
    );
  }

  /** The pipeline as one pass. */
  asPass(name: string, doc: string): Sequential {
    return { name, doc, passes: this.passes };
  }
}
