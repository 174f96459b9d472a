/**
 * Propagates domains, indices and sets of values along the relations between a stage's axes: down from
 * the operation's axes to the loops, or up.
 */

import { UsageError } from "../../support";
import { Analyzer, evalSet, IntSet, mapIndices, mapRanges } from "../../arith";
import {
  add,
  cast,
  floorDiv,
  floorMod,
  IntImm,
  isZero,
  maxValueOf,
  mul,
  reprExpr,
  Range,
  sub,
  zero,
  type IndexMap,
  type IterVar,
  type PrimExpr,
} from "../../ir";
import type { Fuse, Relation, Split } from "./relation";
import type { Stage } from "./stage";

/** The domain of each axis that has one. */
export type AxisDomains = ReadonlyMap<IterVar, Range>;

function fromZero(extent: PrimExpr): Range {
  return new Range(new IntImm(0, extent.dtype), extent);
}

/** Whether each axis leads to a loop that runs on a thread. */
function leadsToThread(stage: Stage): (axis: IterVar) => boolean {
  const bound = new Set<IterVar>();
  for (const leaf of stage.leafIterVars) {
    if (stage.iterVarAttrs.get(leaf)?.bindThread !== undefined) bound.add(leaf);
  }
  if (bound.size === 0) return () => false;
  for (const relation of [...stage.relations].reverse()) {
    if (derivedAxes(relation).some((axis) => bound.has(axis))) {
      for (const axis of sourceAxes(relation)) bound.add(axis);
    }
  }
  return (axis) => bound.has(axis);
}

/** The axes from which a relation makes others. */
export function sourceAxes(relation: Relation): readonly IterVar[] {
  switch (relation.kind) {
    case "split":
    case "rebase":
      return [relation.parent];
    case "fuse":
      return [relation.outer, relation.inner];
    case "singleton":
      return [];
    case "transform":
      return relation.original;
  }
}

/** The axes a relation makes. */
export function derivedAxes(relation: Relation): readonly IterVar[] {
  switch (relation.kind) {
    case "split":
      return [relation.outer, relation.inner];
    case "fuse":
      return [relation.fused];
    case "rebase":
      return [relation.rebased];
    case "singleton":
      return [relation.iter];
    case "transform":
      return relation.transformed;
  }
}

/**
 * Domains of all axes from those of the operation's axes. With `partial`, relations between axes
 * without domains are skipped, and no loop is shortened to the extent of the axis that was split.
 * @throws UsageError when a thread axis is bound to loops of different extents.
 */
export function passDownDomain(
  stage: Stage,
  domains: Map<IterVar, Range>,
  analyzer: Analyzer,
  partial = false,
): void {
  const onThread = leadsToThread(stage);
  const define = (axis: IterVar, range: Range): void => {
    domains.set(axis, range);
    analyzer.bind(axis.var_, range);
  };
  for (const relation of stage.relations) {
    if (partial && !sourceAxes(relation).every((axis) => domains.has(axis))) continue;
    switch (relation.kind) {
      case "split":
        splitDomain(relation, domains.get(relation.parent)!.extent);
        break;
      case "fuse": {
        const outer = domains.get(relation.outer)!.extent;
        const inner = domains.get(relation.inner)!.extent;
        checkCountable(stage, relation, outer, inner);
        domains.set(relation.fused, fromZero(mul(outer, inner)));
        break;
      }
      case "rebase":
        define(relation.rebased, fromZero(domains.get(relation.parent)!.extent));
        break;
      case "singleton":
        define(relation.iter, fromZero(new IntImm(1)));
        break;
      case "transform": {
        const { forward, original, transformed } = relation;
        const ranges = original.map((axis) => domains.get(axis)!);
        mapRanges(forward, ranges).forEach((range, i) => define(transformed[i]!, range));
        break;
      }
    }
  }
  for (const [axis, { bindThread }] of stage.iterVarAttrs) {
    if (bindThread === undefined || (partial && !domains.has(axis))) continue;
    const range = domains.get(axis)!;
    const existing = domains.get(bindThread);
    if (existing === undefined) define(bindThread, range);
    else if (!isZero(existing.min) || !analyzer.canProveEqual(range.extent, existing.extent)) {
      throw threadMismatch(stage, axis, bindThread, range, existing);
    }
  }

  function splitDomain(split: Split, extent: PrimExpr): void {
    const [given, other] =
      split.by === "factor" ? [split.inner, split.outer] : [split.outer, split.inner];
    // A loop longer than the split axis would have empty steps. A loop on a thread keeps its length,
    // since other stages use the same threads.
    const keep = onThread(given) || partial || isZero(extent);
    const amount = keep ? split.amount : provableMin(analyzer, extent, split.amount);
    define(given, fromZero(cast(extent.dtype, amount)));
    define(other, fromZero(ceilQuotient(analyzer, extent, split.amount)));
  }
}

function ceilQuotient(analyzer: Analyzer, a: PrimExpr, b: PrimExpr): PrimExpr {
  if (analyzer.canProve(floorMod(a, b).eq(0))) return analyzer.simplify(floorDiv(a, b));
  return analyzer.simplify(floorDiv(add(a, sub(b, 1)), b));
}

/** `a` if it is provably smaller than `b`, otherwise `b`. */
function provableMin(analyzer: Analyzer, a: PrimExpr, b: PrimExpr): PrimExpr {
  return analyzer.simplify(analyzer.canProve(a.lt(b)) ? a : b);
}

/** @throws UsageError when there are more steps than the fused loop's variable can count. */
function checkCountable(stage: Stage, { fused }: Fuse, outer: PrimExpr, inner: PrimExpr): void {
  if (outer.kind !== "IntImm" || inner.kind !== "IntImm") return;
  const { dtype } = fused.var_;
  if (outer.value * inner.value <= maxValueOf(dtype)) return;
  throw new UsageError(
    "te-fuse",
    `axis ${fused.name} of stage ${stage.name} would take ${outer.value} * ${inner.value} steps, more ` +
      `than ${dtype} can count; fuse fewer axes, or split them first and fuse the outer parts`,
    { span: fused.span },
  );
}

function threadMismatch(
  stage: Stage,
  axis: IterVar,
  thread: IterVar,
  range: Range,
  known: Range,
): UsageError {
  return new UsageError(
    "te-bind",
    `axis ${axis.name} of stage ${stage.name} has extent ${reprExpr(range.extent)}, but its thread ` +
      `axis ${thread.threadTag} is also bound to a loop of extent ${reprExpr(known.extent)}; ` +
      `loops on the same thread have the same extent`,
    {
      span: stage.iterVarAttrs.get(axis)?.span,
      notes: [{ text: `the thread axis was made here`, span: thread.span }],
    },
  );
}

/** Values of the operation's axes from those of the loops. */
export function passUpIndex(
  stage: Stage,
  domains: AxisDomains,
  values: Map<IterVar, PrimExpr>,
  partial = false,
): void {
  for (const relation of [...stage.relations].reverse()) {
    if (partial && !derivedAxes(relation).every((axis) => values.has(axis))) continue;
    switch (relation.kind) {
      case "split": {
        const outer = values.get(relation.outer)!;
        const inner = values.get(relation.inner)!;
        const index = add(inner, mul(outer, domains.get(relation.inner)!.extent));
        values.set(relation.parent, plusMin(index, domains, relation.parent));
        break;
      }
      case "fuse": {
        const { outer, inner } = unfuse(relation, domains, values.get(relation.fused)!);
        values.set(relation.outer, cast(relation.outer.var_.dtype, outer));
        values.set(relation.inner, cast(relation.inner.var_.dtype, inner));
        break;
      }
      case "rebase":
        values.set(
          relation.parent,
          plusMin(values.get(relation.rebased)!, domains, relation.parent),
        );
        break;
      case "singleton":
        break;
      case "transform":
        applyMap(relation.inverse, values, relation.transformed, relation.original);
        break;
    }
  }
}

/** Sets the values of the axes `to` to `map` of the values of the axes `from`. */
function applyMap(
  map: IndexMap,
  values: Map<IterVar, PrimExpr>,
  from: readonly IterVar[],
  to: readonly IterVar[],
): void {
  const indices = from.map((axis) => values.get(axis)!);
  mapIndices(map, indices).forEach((value, i) => values.set(to[i]!, value));
}

function plusMin(value: PrimExpr, domains: AxisDomains, axis: IterVar): PrimExpr {
  const { min } = domains.get(axis)!;
  return isZero(min) ? value : add(value, min);
}

/**
 * The extent of an axis as a divisor. For an extent of 0 any divisor is correct, since the axis has no
 * values.
 */
function divisor({ extent }: Range): PrimExpr {
  return isZero(extent) ? new IntImm(1, extent.dtype) : extent;
}

function unfuse(
  relation: Fuse,
  domains: AxisDomains,
  value: PrimExpr,
): { outer: PrimExpr; inner: PrimExpr } {
  const factor = divisor(domains.get(relation.inner)!);
  return {
    outer: plusMin(floorDiv(value, factor), domains, relation.outer),
    inner: plusMin(floorMod(value, factor), domains, relation.inner),
  };
}

/** Values of the loops from those of the operation's axes, which begin at zero. */
export function passDownIndex(
  stage: Stage,
  domains: AxisDomains,
  values: Map<IterVar, PrimExpr>,
  partial = false,
): void {
  for (const relation of stage.relations) {
    if (partial && !sourceAxes(relation).every((axis) => values.has(axis))) continue;
    switch (relation.kind) {
      case "split": {
        const parent = values.get(relation.parent)!;
        const factor = divisor(domains.get(relation.inner)!);
        values.set(relation.outer, floorDiv(parent, factor));
        values.set(relation.inner, floorMod(parent, factor));
        break;
      }
      case "fuse": {
        const outer = values.get(relation.outer)!;
        const inner = values.get(relation.inner)!;
        const factor = domains.get(relation.inner)!.extent;
        values.set(relation.fused, add(mul(outer, factor), inner));
        break;
      }
      case "rebase":
        values.set(relation.rebased, values.get(relation.parent)!);
        break;
      case "singleton":
        values.set(relation.iter, zero(relation.iter.var_.dtype));
        break;
      case "transform":
        applyMap(relation.forward, values, relation.original, relation.transformed);
        break;
    }
  }
}

/** Sets of values of the operation's axes from those of the loops. */
export function passUpSets(stage: Stage, domains: AxisDomains, sets: Map<IterVar, IntSet>): void {
  for (const relation of [...stage.relations].reverse()) {
    switch (relation.kind) {
      case "split":
        sets.set(relation.parent, splitParent(relation, domains, sets));
        break;
      case "fuse":
        unfuseSets(relation, domains, sets);
        break;
      case "rebase": {
        const parent = domains.get(relation.parent)!;
        const rebased = sets.get(relation.rebased)!;
        sets.set(
          relation.parent,
          rebased.matchRange(domains.get(relation.rebased)!)
            ? IntSet.fromRange(parent)
            : evalSet(
                add(relation.rebased.var_, parent.min),
                new Map([[relation.rebased.var_, rebased]]),
              ),
        );
        break;
      }
      case "singleton":
        break;
      case "transform": {
        const { inverse, original, transformed } = relation;
        const vars = transformed.map((axis) => axis.var_);
        const ofVars = new Map(transformed.map((axis) => [axis.var_, sets.get(axis)!]));
        mapIndices(inverse, vars).forEach((value, i) => {
          sets.set(original[i]!, evalSet(value, ofVars));
        });
        break;
      }
    }
  }
}

function splitParent(
  relation: Split,
  domains: AxisDomains,
  sets: ReadonlyMap<IterVar, IntSet>,
): IntSet {
  const { parent, outer, inner } = relation;
  const outerSet = sets.get(outer)!;
  const innerSet = sets.get(inner)!;
  const range = domains.get(parent)!;
  if (outerSet.matchRange(domains.get(outer)!) && innerSet.matchRange(domains.get(inner)!)) {
    return IntSet.fromRange(range);
  }
  const value = add(add(mul(outer.var_, domains.get(inner)!.extent), inner.var_), range.min);
  return evalSet(
    value,
    new Map([
      [outer.var_, outerSet],
      [inner.var_, innerSet],
    ]),
  );
}

function unfuseSets(relation: Fuse, domains: AxisDomains, sets: Map<IterVar, IntSet>): void {
  const fused = sets.get(relation.fused)!;
  const outer = domains.get(relation.outer)!;
  const inner = domains.get(relation.inner)!;
  if (fused.matchRange(domains.get(relation.fused)!)) {
    sets.set(relation.outer, IntSet.fromRange(outer));
    sets.set(relation.inner, IntSet.fromRange(inner));
    return;
  }
  if (fused.isSinglePoint) {
    const values = unfuse(relation, domains, fused.pointValue);
    sets.set(relation.outer, IntSet.single(values.outer));
    sets.set(relation.inner, IntSet.single(values.inner));
    return;
  }
  const extent = add(sub(fused.max, fused.min), 1);
  const factor = divisor(inner);
  sets.set(
    relation.outer,
    IntSet.interval(
      add(outer.min, floorDiv(fused.min, factor)),
      add(outer.min, floorDiv(fused.max, factor)),
    ),
  );
  // Values within one row keep their columns; otherwise any column may occur.
  const analyzer = new Analyzer();
  const divides = (a: PrimExpr, b: PrimExpr): boolean => isZero(analyzer.simplify(floorMod(a, b)));
  sets.set(
    relation.inner,
    divides(inner.extent, extent) && divides(fused.min, extent)
      ? IntSet.interval(
          add(inner.min, floorMod(fused.min, factor)),
          add(inner.min, floorMod(fused.max, factor)),
        )
      : IntSet.fromRange(inner),
  );
}

/** Bit masks carried down: a loop has the bits of every axis from which it was made. */
export function passDownBits(stage: Stage, bits: Map<IterVar, number>): void {
  for (const relation of stage.relations) {
    const from = sourceAxes(relation).filter((axis) => bits.has(axis));
    if (from.length === 0 && relation.kind !== "singleton") continue;
    const mask = from.reduce((all, axis) => all | bits.get(axis)!, 0);
    for (const axis of derivedAxes(relation)) bits.set(axis, (bits.get(axis) ?? 0) | mask);
  }
}

/** Bit masks carried up: an axis has the bits of every loop made from it. */
export function passUpBits(stage: Stage, bits: Map<IterVar, number>): void {
  for (const relation of [...stage.relations].reverse()) {
    const from = derivedAxes(relation).filter((axis) => bits.has(axis));
    if (from.length === 0) continue;
    const mask = from.reduce((all, axis) => all | bits.get(axis)!, 0);
    for (const axis of sourceAxes(relation)) bits.set(axis, (bits.get(axis) ?? 0) | mask);
  }
}
