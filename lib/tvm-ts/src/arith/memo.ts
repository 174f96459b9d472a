/**
 * The cached results of the analyses under the current facts, and the traversal they share.
 *
 * Simplification analyzes the same sub-expressions repeatedly. Results are valid until a fact is added
 * or removed, so they are cached in a `Memo` that the `Analyzer` replaces when its facts change.
 */

import { isBinary, type PrimExpr } from "../ir";
import type { Analyzer } from "./analyzer";

/** The analyses whose results are cached. */
const ANALYSES = ["bound", "exact", "modular", "rewritten", "canonical", "form"] as const;
type Analysis = (typeof ANALYSES)[number];

/** The results for one expression: those of all analyses at level 0, then at level 1, and so on. */
type Results = unknown[];
const NO_RESULTS: Readonly<Results> = ANALYSES.map(() => undefined);

export class Memo {
  private results: Map<PrimExpr, Results> | undefined;

  /** Whether no result is cached. */
  get isEmpty(): boolean {
    return this.results === undefined;
  }

  of(expr: PrimExpr): Results {
    const table = (this.results ??= new Map<PrimExpr, Results>());
    let found = table.get(expr);
    if (found === undefined) table.set(expr, (found = NO_RESULTS.slice()));
    return found;
  }
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
  private readonly position: number;

  constructor(
    protected readonly analyzer: Analyzer,
    analysis: Analysis,
    private readonly maxNesting = MAX_NESTING,
  ) {
    this.position = ANALYSES.indexOf(analysis);
  }

  get isRunning(): boolean {
    return this.nesting > 0;
  }

  /** Whether the call stack is already deep. */
  protected get isDeep(): boolean {
    return this.nesting >= this.maxNesting;
  }

  /** The level of the analysis: with another level, the same expression may have another result. */
  get level(): number {
    return 0;
  }

  /** The place of the result among those of an expression. */
  private get slot(): number {
    return this.position + this.level * ANALYSES.length;
  }

  /** Computes the result, with `of` for the parts. */
  protected abstract compute(expr: PrimExpr): T;

  analyze(expr: PrimExpr): T {
    if (expr.kind === "IntImm" || expr.kind === "Var") return this.compute(expr);
    // If facts change during the analysis, there is a new memo, and this one is discarded.
    const results = this.analyzer.memo.of(expr);
    const { slot } = this;
    const cached = results[slot];
    if (cached !== undefined) return cached as T;
    if (this.isDeep) this.prepareOperands(expr);
    this.nesting++;
    try {
      const result = this.compute(expr);
      results[slot] = result;
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
      (e) => this.analyzer.memo.of(e)[this.slot] !== undefined,
      (e) => this.analyze(e),
    );
  }
}
