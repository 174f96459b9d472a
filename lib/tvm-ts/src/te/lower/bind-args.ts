/** Matches the parameters of an intrinsic's declaration with the values where it is used. */

import { UsageError, type Span } from "../../support";
import { factlessAnalyzer } from "../../arith";
import { eq, isOne, isZero, reprExpr, type PrimExpr, type Var } from "../../ir";
import type { Frame } from "./frames";

export class IntrinArgBinder {
  /** The value of each variable bound so far. */
  readonly values = new Map<Var, PrimExpr>();
  /** Assertions that can only be checked at run time. */
  readonly asserts: Frame[] = [];

  constructor(
    private readonly what: string,
    private readonly span: Span | undefined,
  ) {}

  /**
   * Binds `declared` to `given`: a variable gets the value, any other expression must be equal.
   * @throws UsageError when it is not.
   */
  bind(declared: PrimExpr, given: PrimExpr, name: string): void {
    const bound = declared.kind === "Var" ? this.values.get(declared) : undefined;
    if (declared.kind === "Var" && bound === undefined) {
      this.values.set(declared, given);
      return;
    }
    const condition = eq(bound ?? declared, given);
    const simple = factlessAnalyzer().simplify(condition);
    if (isOne(simple)) return;
    if (isZero(simple)) {
      throw new UsageError(
        "te-tensorize",
        `${this.what}: ${name} is declared as ${reprExpr(bound ?? declared)}, but is ${reprExpr(given)} here`,
        { span: this.span },
      );
    }
    const message = `Argument ${name} has an unsatisfied constraint: ${reprExpr(condition)}`;
    this.asserts.push({ kind: "assert", condition: simple, message });
  }
}
