/**
 * Instruments watch passes run. Every hook is optional; they are called in the order in which a
 * context lists the instruments.
 */

import type { IRModule, PrimExpr } from "../ir";
import type { PassInfo } from "./pass";

export interface PassInstrument {
  readonly name: string;
  /** Before the first pass. */
  enterPassContext?(): void;
  /** After the last pass, and after an error. */
  exitPassContext?(): void;
  /** `false` skips a pass that is not required; the other instruments' hooks are then not called. */
  shouldRun?(module: IRModule, pass: PassInfo): boolean;
  runBeforePass?(module: IRModule, pass: PassInfo): void;
  runAfterPass?(module: IRModule, pass: PassInfo): void;
  /** A rule of arithmetic, by name, was applied while simplifying. */
  ruleApplied?(rule: string, before: PrimExpr, after: PrimExpr): void;
}
