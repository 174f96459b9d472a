/**
 * Instruments observe the execution of passes. Every hook is optional; hooks are called in the order
 * of the context's instruments.
 */

import type { IRModule, PrimExpr } from "../ir";
import type { PassInfo } from "./pass";

export interface PassInstrument {
  readonly name: string;
  /** Before the first pass. */
  enterPassContext?(): void;
  /** After the last pass, and after an error. */
  exitPassContext?(): void;
  /**
   * If it returns `false`, a pass that is not required is skipped, without calling other hooks for it.
   */
  shouldRun?(module: IRModule, pass: PassInfo): boolean;
  runBeforePass?(module: IRModule, pass: PassInfo): void;
  runAfterPass?(module: IRModule, pass: PassInfo): void;
  /** Called when the simplifier applied a rewrite rule, with the rule's name. */
  ruleApplied?(rule: string, before: PrimExpr, after: PrimExpr): void;
}
