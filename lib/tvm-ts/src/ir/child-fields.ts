/** Visits and maps the fields of nodes that hold more than one child. */

import type { IterVar, PrimExpr } from "./expr";
import { Range } from "./expr";
import type { Node } from "./shapes";
import type { Annotations, Stmt } from "./stmt";

/** Maps an expression to an expression and a statement to a statement. */
export interface MapNode {
  (child: PrimExpr): PrimExpr;
  (child: Stmt): Stmt;
}

export function forEachBound(ranges: readonly Range[], visit: (child: Node) => void): void {
  for (const { min, extent } of ranges) {
    visit(min);
    visit(extent);
  }
}

export function forEachDomain(axes: readonly IterVar[], visit: (child: Node) => void): void {
  for (const { dom } of axes) {
    if (dom === undefined) continue;
    visit(dom.min);
    visit(dom.extent);
  }
}

/** The array with `map` applied; the same array if no element changes. */
export function mapArray<T>(
  array: readonly T[],
  map: (element: T, index: number) => T,
): readonly T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const before = array[i]!;
    const after = map(before, i);
    if (after === before) continue;
    changed ??= array.slice();
    changed[i] = after;
  }
  return changed ?? array;
}

export function mapBounds(ranges: readonly Range[], map: MapNode): readonly Range[] {
  return mapArray(ranges, (range) => mapRange(range, map));
}

export function mapDomains(axes: readonly IterVar[], map: MapNode): readonly IterVar[] {
  return mapArray(axes, (axis) => {
    if (axis.dom === undefined) return axis;
    const dom = mapRange(axis.dom, map);
    return dom === axis.dom ? axis : axis.withDom(dom);
  });
}

function mapRange(range: Range, map: MapNode): Range {
  const min = map(range.min);
  const extent = map(range.extent);
  return min === range.min && extent === range.extent ? range : new Range(min, extent);
}

export function mapAnnotations(annotations: Annotations, map: MapNode): Annotations {
  let changed: Record<string, PrimExpr> | undefined;
  for (const key in annotations) {
    const before = annotations[key]!;
    const after = map(before);
    if (after === before) continue;
    changed ??= { ...annotations };
    changed[key] = after;
  }
  return changed ?? annotations;
}
