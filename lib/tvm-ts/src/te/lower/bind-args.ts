/** Matching what an intrinsic was declared with against what it is applied to. */

import { UsageError, type Span } from "../../support";
import { Analyzer } from "../../arith";
import { eq, isOne, isZero, reprExpr, type PrimExpr, type Var } from "../../ir";
import type { Frame } from "./frames";

export class IntrinArgBinder {
  /** What the variables met stand for. */
  readonly values = new Map<Var, PrimExpr>();
  /** What can only be checked when the program runs. */
  readonly asserts: Frame[] = [];
  private readonly analyzer = new Analyzer();

  constructor(
    private readonly what: string,
    private readonly span: Span | undefined,
  ) {}

  /**
   * Makes `declared` mean `given`: a variable is defined, anything else must be equal.
   * @throws UsageError when it is not.
   */
  bind(declared: PrimExpr, given: PrimExpr, name: string): void {
    const bound = declared.kind === "Var" ? this.values.get(declared) : undefined;
    if (declared.kind === "Var" && bound === undefined) {
      this.values.set(declared, given);
      return;
    }
    const condition = eq(bound ?? declared, given);
    const simple = this.analyzer.simplify(condition);
    if (isOne(simple)) return;
    if (isZero(simple)) {
      throw new UsageError(
        "te-tensorize",
        `${this.what}: ${name} is ${reprExpr(bound ?? declared)} there and ${reprExpr(given)} here`,
        { span: this.span },
      );
    }
    const message = `Argument ${name} has an unsatisfied constraint: ${reprExpr(condition)}`;
    this.asserts.push({ kind: "assert", condition: simple, message });
  }
}
