/** Inverts a map from variables to indices. */

import { add, floorDiv, floorMod, mul, sub, zero, type PrimExpr, type Var } from "../ir";
import type { IterSplit, IterSum } from "./iter-map";

/**
 * The value of each variable when the indices `sums` have the values `outputs`. A variable of one step
 * may be missing.
 *
 * The values propagate from the indices to the marks of their splits, and from a mark to the marks of
 * its sum. The value of a mark with several splits is the sum of their contributions.
 */
export function invertIterMap(
  sums: readonly IterSum[],
  outputs: readonly PrimExpr[],
): ReadonlyMap<Var, PrimExpr> {
  const values = new Map<IterSum | IterSplit, PrimExpr>();
  const inverse = new Map<Var, PrimExpr>();
  const give = <K>(to: Map<K, PrimExpr>, key: K, value: PrimExpr): void => {
    to.set(key, add(to.get(key) ?? zero(value.dtype), value));
  };
  sums.forEach((sum, i) => values.set(sum, outputs[i]!));

  const split = (part: IterSplit): void => {
    const value = mul(values.get(part)!, part.lowerFactor);
    const { source } = part.mark;
    if ("splits" in source) give(values, source, value);
    else give(inverse, source, value);
  };
  const sum = ({ splits, base }: IterSum, value: PrimExpr): void => {
    const rest = sub(value, base);
    if (splits.length === 1) return give(values, splits[0]!, rest);
    [...splits].reverse().forEach((part, i) => {
      const shifted = floorDiv(rest, part.scale);
      // The outermost split needs no remainder.
      const isOutermost = i === splits.length - 1;
      give(values, part, isOutermost ? shifted : floorMod(shifted, part.extent));
    });
  };
  for (const node of consumersFirst(sums)) {
    if ("splits" in node) sum(node, values.get(node)!);
    else split(node);
  }
  return inverse;
}

/** Sums and splits, each after all sums and splits that use it. */
function consumersFirst(sums: readonly IterSum[]): (IterSum | IterSplit)[] {
  const visited = new Set<IterSum | IterSplit>();
  const order: (IterSum | IterSplit)[] = [];
  const visit = (node: IterSum | IterSplit): void => {
    if (visited.has(node)) return;
    visited.add(node);
    if ("splits" in node) node.splits.forEach(visit);
    else if ("splits" in node.mark.source) visit(node.mark.source);
    order.push(node);
  };
  sums.forEach(visit);
  return order.reverse();
}
