/**
 * What the analyzers have worked out under the facts as they stand, and the walk they share.
 *
 * Simplifying asks the same questions about the same sub-expressions over and over. The answers
 * stay valid until a fact is added or taken back, so they are kept in one `Memo` that the
 * `Analyzer` replaces when its facts change.
 */

import { isBinary, type PrimExpr } from "../ir";
import type { ConstIntBound } from "./const-int-bound";
import type { ModularSet } from "./modular-set";
import type { Form } from "./canonical/forms";

export class Memo {
  readonly bounds: Map<PrimExpr, ConstIntBound>[] = [];
  readonly exact: Map<PrimExpr, boolean>[] = [];
  readonly modular: Map<PrimExpr, ModularSet>[] = [];
  /** By the fuel spent: with less fuel left the same expression may simplify less. */
  readonly rewritten: Map<PrimExpr, PrimExpr>[] = [];
  readonly canonical: Map<PrimExpr, PrimExpr>[] = [];
  readonly forms: Map<PrimExpr, Form>[] = [];

  /** Whether nothing was asked yet. */
  get isEmpty(): boolean {
    const { bounds, exact, modular, rewritten, canonical, forms } = this;
    const tables = bounds.length + exact.length + modular.length;
    return tables + rewritten.length + canonical.length + forms.length === 0;
  }
}

/** The table for a level (0 if there is but one), made when it is first asked for. */
export function levelOf<T>(tables: Map<PrimExpr, T>[], level: number): Map<PrimExpr, T> {
  return (tables[level] ??= new Map<PrimExpr, T>());
}

/** So many nested expressions are worked out by recursion; deeper ones from the inside out. */
export const MAX_NESTING = 100;
/** The same for forms: the sums below are then flattened, which repeated nesting would copy. */
export const MAX_FORM_NESTING = 16;

/**
 * Makes sure that everything below `root` is known before `root` is: chains of operators tens of
 * thousands of terms long must not deepen the call stack.
 *
 * @param operandsOf what an expression's answer is made from
 * @param isKnown whether there is an answer already
 * @param evaluate finds (and remembers) the answer of an expression whose operands are known
 */
export function fromTheInsideOut(
  root: PrimExpr,
  operandsOf: (expr: PrimExpr) => readonly PrimExpr[],
  isKnown: (expr: PrimExpr) => boolean,
  evaluate: (expr: PrimExpr) => void,
): void {
  const stack = [{ expr: root, entered: false }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.entered || isKnown(top.expr)) {
      stack.pop();
      if (top.expr !== root && !isKnown(top.expr)) evaluate(top.expr);
      continue;
    }
    top.entered = true;
    for (const operand of operandsOf(top.expr)) stack.push({ expr: operand, entered: false });
  }
}

const NONE: readonly PrimExpr[] = [];

/** The two operands of an operator; nothing else nests deeply. */
export function binaryOperands(expr: PrimExpr): readonly PrimExpr[] {
  return isBinary(expr) ? [expr.b, expr.a] : NONE;
}

/** An analysis that works bottom-up and remembers its answers. */
export abstract class Memoized<T> {
  private nesting = 0;

  constructor(private readonly maxNesting = MAX_NESTING) {}

  /** Whether the call stack is deep already. */
  protected get isDeep(): boolean {
    return this.nesting >= this.maxNesting;
  }

  /** Where answers are kept under the facts as they stand. */
  protected abstract table(): Map<PrimExpr, T>;

  /** The answer, asking `of` about the parts. */
  protected abstract compute(expr: PrimExpr): T;

  analyze(expr: PrimExpr): T {
    if (expr.kind === "IntImm" || expr.kind === "Var") return this.compute(expr);
    // Facts that change underway bring a table of their own; this one is then forgotten.
    const table = this.table();
    const cached = table.get(expr);
    if (cached !== undefined) return cached;
    if (this.isDeep) this.prepareOperands(expr);
    this.nesting++;
    try {
      const result = this.compute(expr);
      table.set(expr, result);
      return result;
    } finally {
      this.nesting--;
    }
  }

  /** What an answer is made from, where that can be deep. */
  protected operandsOf(expr: PrimExpr): readonly PrimExpr[] {
    return binaryOperands(expr);
  }

  private prepareOperands(expr: PrimExpr): void {
    fromTheInsideOut(
      expr,
      (e) => this.operandsOf(e),
      (e) => this.table().has(e),
      (e) => this.analyze(e),
    );
  }
}
