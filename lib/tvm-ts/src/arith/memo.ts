/**
 * The cached results of the analyses under the current facts, and the traversal they share.
 *
 * Simplification analyzes the same sub-expressions repeatedly. Results are valid until a fact is added
 * or removed, so they are cached in a `Memo` that the `Analyzer` replaces when its facts change.
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

  /** Whether no result is cached. */
  get isEmpty(): boolean {
    const { bounds, exact, modular, rewritten, canonical, forms } = this;
    const tables = bounds.length + exact.length + modular.length;
    return tables + rewritten.length + canonical.length + forms.length === 0;
  }
}

/** The table of a level (0 if there is only one level), made on first use. */
export function levelOf<T>(tables: Map<PrimExpr, T>[], level: number): Map<PrimExpr, T> {
  return (tables[level] ??= new Map<PrimExpr, T>());
}

/**
 * The nesting depth up to which expressions are analyzed recursively; deeper ones are analyzed
 * bottom-up.
 */
export const MAX_NESTING = 100;
/**
 * The same for canonical forms. Deeper sums are flattened, since nested sums would be copied
 * repeatedly.
 */
export const MAX_FORM_NESTING = 16;

/**
 * Evaluates everything below `root` before `root`: chains of tens of thousands of operators must not
 * deepen the call stack.
 *
 * @param operandsOf the operands on which an expression's result depends
 * @param isKnown whether a result is cached
 * @param evaluate computes (and caches) the result of an expression whose operands have results
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

/** The two operands of an operator; no other expressions nest deeply. */
export function binaryOperands(expr: PrimExpr): readonly PrimExpr[] {
  return isBinary(expr) ? [expr.b, expr.a] : NONE;
}

/** A bottom-up analysis with cached results. */
export abstract class Memoized<T> {
  private nesting = 0;

  constructor(private readonly maxNesting = MAX_NESTING) {}

  get isRunning(): boolean {
    return this.nesting > 0;
  }

  /** Whether the call stack is already deep. */
  protected get isDeep(): boolean {
    return this.nesting >= this.maxNesting;
  }

  /** The table of results under the current facts. */
  protected abstract table(): Map<PrimExpr, T>;

  /** Computes the result, with `of` for the parts. */
  protected abstract compute(expr: PrimExpr): T;

  analyze(expr: PrimExpr): T {
    if (expr.kind === "IntImm" || expr.kind === "Var") return this.compute(expr);
    // If facts change during the analysis, there is a new table, and this one is discarded.
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

  /** The operands on which a result depends, if they can be deeply nested. */
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
