/** Maps indices, ranges and shapes from one layout to another with an `IndexMap`. */

import { add, IndexMap, Range, sub, substitute, Var, zero, type PrimExpr } from "../ir";
import { factlessAnalyzer } from "./analyzer";
import { IntSet } from "./int-set";
import { detectIterMap, type Failure } from "./iter-map";
import { invertIterMap } from "./iter-map-inverse";
import { evalSet } from "./set-algebra";

/** The indices in the new layout of the element at `indices`. */
export function mapIndices(map: IndexMap, indices: readonly PrimExpr[]): PrimExpr[] {
  const analyzer = factlessAnalyzer();
  const values = new Map<Var, PrimExpr>();
  map.initialIndices.forEach((variable, i) => values.set(variable, indices[i]!));
  return map.finalIndices.map((index) => analyzer.simplify(substitute(index, values)));
}

/**
 * The box in the new layout that contains the elements of a box; it may contain other positions.
 */
export function mapRanges(map: IndexMap, ranges: readonly Range[]): Range[] {
  const analyzer = factlessAnalyzer();
  const domains = new Map<Var, IntSet>();
  map.initialIndices.forEach((variable, i) => domains.set(variable, IntSet.fromRange(ranges[i]!)));
  return map.finalIndices.map((index) => {
    const { min, max } = evalSet(index, domains);
    return new Range(analyzer.simplify(min), analyzer.simplify(add(sub(max, min), 1)));
  });
}

/** The shape in the new layout for `shape` in the old layout. */
export function mapShape(map: IndexMap, shape: readonly PrimExpr[]): PrimExpr[] {
  const ranges = shape.map((extent) => new Range(zero(extent.dtype), extent));
  return mapRanges(map, ranges).map(({ extent }) => extent);
}

/**
 * The inverse map, over a box of `extents` from zero. Its variables are `axis0`, `axis1` and so on.
 * @param fail makes the error to throw when the map is not one-to-one and onto a box, or contains
 * other operators than sums, products with constants, quotients and remainders.
 */
export function inverseIndexMap(
  map: IndexMap,
  extents: readonly PrimExpr[],
  fail: Failure,
): IndexMap {
  const outputs = map.finalIndices.map((index, i) => new Var(`axis${i}`, index.dtype));
  const sums = detectIterMap(map, extents, fail);
  const inverse = invertIterMap(sums, outputs);
  // An axis of one step need not occur.
  const indices = map.initialIndices.map(
    (variable, i) => inverse.get(variable) ?? zero(extents[i]!.dtype),
  );
  return new IndexMap(outputs, indices);
}
