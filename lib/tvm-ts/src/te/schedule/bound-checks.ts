/** The conditions that guard a stage's loop body: those that the domains do not prove. */

import { Analyzer, factlessAnalyzer, IntSet, mapIndices } from "../../arith";
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
import { derivedAxes, sourceAxes, type AxisDomains } from "./message-passing";
import type { Split, Transform } from "./relation";
import type { Stage } from "./stage";

/** The ends of its domain that an axis may exceed. */
interface Overrun {
  readonly ends: "last" | "both";
}

/**
 * The axes whose values may exceed their domains, because a split does not divide the extent, or
 * because the blocks of a transformed layout extend beyond the required region.
 */
function passUpBoundCheck(
  stage: Stage,
  domains: AxisDomains,
  analyzer: Analyzer,
): ReadonlyMap<IterVar, Overrun> {
  const overruns = new Map<IterVar, Overrun>();
  const rolls = stage.state.rollingBuffer !== undefined;
  for (const relation of [...stage.relations].reverse()) {
    const made = derivedAxes(relation).some((axis) => overruns.has(axis));
    const covers = relation.kind === "transform" && !staysInPlace(relation, domains, rolls);
    const runsPast = made || covers || (relation.kind === "split" && !dividesEvenly(relation));
    if (!runsPast) continue;
    for (const axis of sourceAxes(relation)) overruns.set(axis, { ends: covers ? "both" : "last" });
  }
  return overruns;

  function dividesEvenly({ parent, outer, inner }: Split): boolean {
    const innerRange = domains.get(inner);
    const outerRange = domains.get(outer);
    if (innerRange === undefined || outerRange === undefined) return false;
    const steps = mul(innerRange.extent, outerRange.extent);
    return analyzer.canProve(domains.get(parent)!.extent.eq(steps));
  }
}

/**
 * Whether each step of the loops over a transformed layout has a separate element in the memory for
 * the required region. That memory is laid out as if the region were the whole tensor, so an element's
 * position relative to the region's begin must be the same in both.
 */
function staysInPlace(relation: Transform, domains: AxisDomains, rolls: boolean): boolean {
  const { original, transformed, forward, inverse } = relation;
  if (original.every((axis) => sameRange(axis.dom!, domains.get(axis)!))) return true;
  const analyzer = new Analyzer();
  const steps = (axes: readonly IterVar[]): PrimExpr =>
    axes.map((axis) => domains.get(axis)!.extent).reduce(mul);
  // As many steps as elements: there are no extra steps.
  if (analyzer.canProveEqual(steps(transformed), steps(original))) return true;
  // A circular buffer has no unused elements.
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
 * The conditions under which a step of the loops is executed, for the axes' values in that step. Every
 * value must be in its axis's domain, and those of the operation's axes also in the declared range.
 */
export function boundChecks(
  stage: Stage,
  domains: AxisDomains,
  /**
   * The domains of the axes on which expressions depend: those of this stage and of the loops around
   * it.
   */
  visible: (exprs: readonly PrimExpr[]) => AxisDomains,
  values: ReadonlyMap<IterVar, PrimExpr>,
  options: { readonly ownDomainOnly?: boolean; readonly skip?: ReadonlySet<IterVar> } = {},
): PrimExpr[] {
  const skipped = (axis: IterVar): boolean =>
    axis.iterType === "Opaque" || (options.skip?.has(axis) ?? false);
  const analyzer = new Analyzer();
  const overruns = passUpBoundCheck(stage, domains, analyzer);
  const checks: BoundCheck[] = [];
  for (const axis of stage.allIterVars) {
    const past = overruns.get(axis);
    if (skipped(axis) || past === undefined) continue;
    const { min, extent } = domains.get(axis)!;
    const value = sub(values.get(axis)!, min);
    checks.push({ value, extent, mayBeNegative: past.ends === "both" });
  }
  for (const axis of options.ownDomainOnly ? [] : stage.op.rootIterVars) {
    const own = axis.dom!;
    if (skipped(axis) || sameRange(own, domains.get(axis)!)) continue;
    const value = sub(values.get(axis)!, own.min);
    checks.push({ value, extent: own.extent, mayBeNegative: true });
  }
  // A tile may begin before the first step of a scan, which has no earlier step to read.
  const earlier = options.ownDomainOnly ? [] : stateTimes(stage);
  if (earlier.length > 0) {
    const byVar = new Map([...values].map(([axis, value]) => [axis.var_, value]));
    const times = earlier.map((time) => substitute(time, byVar));
    checks.push(...times.map((value) => ({ value, mayBeNegative: true })));
  }
  if (checks.length === 0) return [];
  const exprs = checks.flatMap(({ value, extent }) =>
    extent === undefined ? value : [value, extent],
  );
  return unprovenConditions(checks, analyzer, visible(exprs));
}

/** The steps of a scan at which a stage in its body reads the state. */
function stateTimes({ op, schedule }: Stage): PrimExpr[] {
  if (op.kind !== "compute") return [];
  return [...op.reads].flatMap(([tensor, reads]) =>
    tensor.op.kind === "placeholder" && isScanState(schedule, tensor)
      ? reads.map(({ indices }) => indices[0]!)
      : [],
  );
}

/** A value that must be less than `extent`, if there is an extent, and not negative. */
interface BoundCheck {
  readonly value: PrimExpr;
  readonly extent?: PrimExpr;
  readonly mayBeNegative: boolean;
}

/** The conditions that the domains of the axes do not prove. */
function unprovenConditions(
  checks: readonly BoundCheck[],
  analyzer: Analyzer,
  visible: AxisDomains,
): PrimExpr[] {
  const sets = new Map<Var, IntSet>();
  for (const [axis, range] of visible) {
    sets.set(axis.var_, IntSet.fromRange(range));
    analyzer.bind(axis.var_, range);
  }
  // An open end has another type.
  const proven = (value: PrimExpr, end: PrimExpr, condition: () => PrimExpr): boolean =>
    end.dtype === value.dtype && analyzer.canProve(condition());
  return checks.flatMap(({ value, extent, mayBeNegative }) => {
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
    exprEqual(x, y) || factlessAnalyzer().canProve(x.eq(y));
  return same(a.min, b.min) && same(a.extent, b.extent);
}
