/** What guards the steps of a stage's loops: conditions that are not certain, given the domains. */

import { Analyzer, IntSet, mapIndices } from "../../arith";
import {
  exprEqual,
  mul,
  sub,
  substitute,
  type IterVar,
  type PrimExpr,
  type Range,
  type Var,
} from "../../ir";
import { isScanState } from "./graph";
import { derived, sources, type AxisDomains } from "./message-passing";
import type { Split, Transform } from "./relation";
import type { Stage } from "./stage";

/** The ends of its domain that the values of an axis may run past. */
interface Unsafe {
  readonly ends: "last" | "both";
}

/**
 * The axes whose values may run past their domains: because a split does not divide them, or the
 * blocks of another layout begin before what is needed and end after it.
 */
function passUpBoundCheck(
  stage: Stage,
  domains: AxisDomains,
  analyzer: Analyzer,
): ReadonlyMap<IterVar, Unsafe> {
  const unsafe = new Map<IterVar, Unsafe>();
  const rolls = stage.state.rollingBuffer !== undefined;
  for (const relation of [...stage.relations].reverse()) {
    const made = derived(relation).some((axis) => unsafe.has(axis));
    const covers = relation.kind === "transform" && !staysInPlace(relation, domains, rolls);
    const runsPast = made || covers || (relation.kind === "split" && !dividesEvenly(relation));
    if (!runsPast) continue;
    for (const axis of sources(relation)) unsafe.set(axis, { ends: covers ? "both" : "last" });
  }
  return unsafe;

  function dividesEvenly({ parent, outer, inner }: Split): boolean {
    const innerRange = domains.get(inner);
    const outerRange = domains.get(outer);
    if (innerRange === undefined || outerRange === undefined) return false;
    const steps = mul(innerRange.extent, outerRange.extent);
    return analyzer.canProve(domains.get(parent)!.extent.eq(steps));
  }
}

/**
 * Whether each step of the loops over another layout has a place of its own in the memory for the
 * part that is needed. That memory is laid out as if the part were the whole: what is moved by its
 * beginning must be where it was, moved.
 */
function staysInPlace(relation: Transform, domains: AxisDomains, rolls: boolean): boolean {
  const { original, transformed, forward, inverse } = relation;
  if (original.every((axis) => sameRange(axis.dom!, domains.get(axis)!))) return true;
  const analyzer = new Analyzer();
  const steps = (axes: readonly IterVar[]): PrimExpr =>
    axes.map((axis) => domains.get(axis)!.extent).reduce(mul);
  // As many steps as elements: none is left for anything else.
  if (analyzer.canProveEqual(steps(transformed), steps(original))) return true;
  // What is kept in a circle has no places to spare.
  if (rolls) return false;
  for (const axis of transformed) analyzer.bind(axis.var_, domains.get(axis)!);
  const vars = transformed.map((axis) => axis.var_);
  const within = mapIndices(inverse, vars).map((value, i) =>
    sub(value, domains.get(original[i]!)!.min),
  );
  return mapIndices(forward, within).every((place, i) =>
    analyzer.canProveEqual(place, sub(vars[i]!, domains.get(transformed[i]!)!.min)),
  );
}

/**
 * The conditions under which a step of the loops does something, given the values that the axes
 * have in it: the values must be in the axes' domains, and those of the operation's axes in the
 * operation's own.
 */
export function boundChecks(
  stage: Stage,
  domains: AxisDomains,
  /** The domains of the axes that expressions depend on: this stage's and those around it. */
  visible: (exprs: readonly PrimExpr[]) => AxisDomains,
  values: ReadonlyMap<IterVar, PrimExpr>,
  options: { readonly ownDomainOnly?: boolean; readonly skip?: ReadonlySet<IterVar> } = {},
): PrimExpr[] {
  const skipped = (axis: IterVar): boolean =>
    axis.iterType === "Opaque" || (options.skip?.has(axis) ?? false);
  const analyzer = new Analyzer();
  const unsafe = passUpBoundCheck(stage, domains, analyzer);
  const doubtful: Doubtful[] = [];
  for (const axis of stage.allIterVars) {
    const past = unsafe.get(axis);
    if (skipped(axis) || past === undefined) continue;
    const { min, extent } = domains.get(axis)!;
    const value = sub(values.get(axis)!, min);
    doubtful.push({ value, extent, mayBeNegative: past.ends === "both" });
  }
  for (const axis of options.ownDomainOnly ? [] : stage.op.rootIterVars) {
    const own = axis.dom!;
    if (skipped(axis) || sameRange(own, domains.get(axis)!)) continue;
    const value = sub(values.get(axis)!, own.min);
    doubtful.push({ value, extent: own.extent, mayBeNegative: true });
  }
  // Tiles may begin before the first step of a scan, where there is no earlier step to read.
  const earlier = options.ownDomainOnly ? [] : stateTimes(stage);
  if (earlier.length > 0) {
    const byVar = new Map([...values].map(([axis, value]) => [axis.var_, value]));
    const times = earlier.map((time) => substitute(time, byVar));
    doubtful.push(...times.map((value) => ({ value, mayBeNegative: true })));
  }
  if (doubtful.length === 0) return [];
  const exprs = doubtful.flatMap(({ value, extent }) =>
    extent === undefined ? value : [value, extent],
  );
  return unproven(doubtful, analyzer, visible(exprs));
}

/** The steps at which a stage reads the state of a scan that it is a part of. */
function stateTimes({ op, schedule }: Stage): PrimExpr[] {
  if (op.kind !== "compute") return [];
  return [...op.reads].flatMap(([tensor, reads]) =>
    tensor.op.kind === "placeholder" && isScanState(schedule, tensor)
      ? reads.map(({ indices }) => indices[0]!)
      : [],
  );
}

/** A value that should be below an extent, if there is one, and perhaps not below zero. */
interface Doubtful {
  readonly value: PrimExpr;
  readonly extent?: PrimExpr;
  readonly mayBeNegative: boolean;
}

/** The conditions that are not certain, given the domains of the axes. */
function unproven(
  doubtful: readonly Doubtful[],
  analyzer: Analyzer,
  visible: AxisDomains,
): PrimExpr[] {
  const sets = new Map<Var, IntSet>();
  for (const [axis, range] of visible) {
    sets.set(axis.var_, IntSet.fromRange(range));
    analyzer.bind(axis.var_, range);
  }
  // An end that is open has another type.
  const proven = (value: PrimExpr, end: PrimExpr, condition: () => PrimExpr): boolean =>
    end.dtype === value.dtype && analyzer.canProve(condition());
  return doubtful.flatMap(({ value, extent, mayBeNegative }) => {
    const { min, max } = analyzer.intSet(value, sets);
    const conditions: PrimExpr[] = [];
    if (mayBeNegative && !proven(value, min, () => min.ge(0))) conditions.push(value.ge(0));
    if (extent !== undefined && !proven(value, max, () => max.lt(extent))) {
      conditions.push(value.lt(extent));
    }
    return conditions;
  });
}

function sameRange(a: Range, b: Range): boolean {
  const same = (x: PrimExpr, y: PrimExpr): boolean =>
    exprEqual(x, y) || new Analyzer().canProve(x.eq(y));
  return same(a.min, b.min) && same(a.extent, b.extent);
}
