/** Simplifies reductions: their sources and combiners. */

import {
  CallEffect,
  CommReducer,
  Reduce,
  Select,
  sideEffect,
  substitute,
  usesVar,
  type PrimExpr,
} from "../../ir";

/** The value of a reduction over no axis: its only element, combined with the initial value. */
export function ofOneElement(reduce: Reduce): PrimExpr {
  const { combiner, source, init, condition, valueIndex } = reduce;
  const element = source[valueIndex]!;
  if (init.length === 0) return new Select(condition, element, combiner.identity[valueIndex]!);
  const values = new Map([
    ...combiner.lhs.map((v, i) => [v, init[i]!] as const),
    ...combiner.rhs.map((v, i) => [v, source[i]!] as const),
  ]);
  const combined = substitute(combiner.result[valueIndex]!, values);
  return new Select(condition, combined, init[valueIndex]!);
}

/**
 * The reduction with a simplified combiner and without unused components: those that do not affect the
 * component `valueIndex` and have no side effect.
 */
export function withSimplerCombiner(
  reduce: Reduce,
  simplify: (expr: PrimExpr) => PrimExpr,
): Reduce {
  const { combiner, source, init, valueIndex } = reduce;
  const results = combiner.result.map(simplify);
  const used = new Set<number>();
  const use = (component: number): void => {
    if (used.has(component)) return;
    used.add(component);
    results.forEach((_, other) => {
      const operands = [combiner.lhs[other], combiner.rhs[other]];
      if (usesVar(results[component]!, (v) => operands.includes(v))) use(other);
    });
  };
  use(valueIndex);
  results.forEach((_, i) => {
    const parts = [source[i], combiner.identity[i], combiner.result[i], init[i]];
    if (parts.some((part) => part !== undefined && writes(part))) use(i);
  });

  const keep = <T>(items: readonly T[]): T[] => items.filter((_, i) => used.has(i));
  const kept = new CommReducer(
    keep(combiner.lhs),
    keep(combiner.rhs),
    keep(results),
    keep(combiner.identity).map(simplify),
  );
  const position = [...used].filter((component) => component < valueIndex).length;
  const { axis, condition, span } = reduce;
  return new Reduce(kept, keep(source), keep(init), axis, condition, position, span);
}

function writes(expr: PrimExpr): boolean {
  return sideEffect(expr) > CallEffect.ReadState;
}
