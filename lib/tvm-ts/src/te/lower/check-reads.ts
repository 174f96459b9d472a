/**
 * Refuses reads outside a tensor, which would access other memory.
 *
 * Only certain errors are refused: an unconditional read whose index is a sum of axes, each times a
 * constant, over constant ranges. Reads under a condition, and stages computed inside a loop of
 * another stage, are not checked.
 */

import { UsageError } from "../../support";
import {
  constIntValue,
  isConstInt,
  walk,
  type IterVar,
  type PrimExpr,
  type ProducerLoad,
  type Range,
  type Var,
} from "../../ir";
import type { ComputeOp } from "../operation";
import type { Schedule } from "../schedule/schedule";
import { isTensor } from "../tensor";

type Domains = ReadonlyMap<IterVar, Range>;

/** The smallest and the largest value, both included. */
type Interval = readonly [min: number, max: number];

/**
 * @param domains the ranges of the loops, inferred
 * @throws UsageError for the first read outside a tensor.
 */
export function checkReads(schedule: Schedule, domains: Domains): void {
  for (const stage of schedule.stages) {
    const { op, attachment, state } = stage;
    if (op.kind !== "compute" || attachment.type === "inlinedAlready") continue;
    if (state.storePredicate === undefined) checkOperation(op, domains);
  }
}

function checkOperation(op: ComputeOp, domains: Domains): void {
  const ranges = new Map<Var, Interval>();
  for (const axis of op.rootIterVars) {
    const computed = intervalOfRange(domains.get(axis));
    const declared = intervalOfRange(axis.dom);
    if (computed === undefined || declared === undefined) continue;
    // A stage may compute more than the declared extents; the extra elements are not used.
    const min = Math.max(computed[0], declared[0]);
    const max = Math.min(computed[1], declared[1]);
    if (min > max) return;
    ranges.set(axis.var_, [min, max]);
  }
  if (ranges.size === 0) return;
  const checkRead = (load: ProducerLoad): void => {
    const tensor = load.producer;
    if (!isTensor(tensor)) return;
    load.indices.forEach((index, dim) => {
      const extent = constIntValue(tensor.shape[dim]!);
      const interval = extent === undefined ? undefined : intervalOf(index, ranges);
      if (interval === undefined || (interval[0] >= 0 && interval[1] < extent!)) return;
      const [min, max] = interval;
      const given = min === max ? `is ${min}` : `is from ${min} to ${max}`;
      throw new UsageError(
        "te-read-outside",
        `${op.name} reads ${tensor.name} outside its bounds: index ${dim} ${given}, but there are ${extent} ` +
          `elements; guard the read with te.ifThenElse, or compute fewer elements`,
        {
          span: op.span,
          notes: [{ text: `${tensor.name} was declared here`, span: tensor.op.span }],
        },
      );
    });
  };
  for (const body of op.body) {
    walk(body, {
      Select: () => false,
      Call: () => false,
      Let: () => false,
      Reduce: ({ condition }) => isConstInt(condition, 1),
      ProducerLoad: checkRead,
    });
  }
}

function intervalOfRange(range: Range | undefined): Interval | undefined {
  const min = range && constIntValue(range.min);
  const extent = range && constIntValue(range.extent);
  return min === undefined || extent === undefined ? undefined : [min, min + extent - 1];
}

/** The exact interval of a sum of variables times constants; undefined for anything else. */
function intervalOf(index: PrimExpr, ranges: ReadonlyMap<Var, Interval>): Interval | undefined {
  const factors = new Map<Var, number>();
  let constant = 0;
  const collect = (expr: PrimExpr, factor: number): boolean => {
    switch (expr.kind) {
      case "IntImm":
        constant += expr.value * factor;
        return true;
      case "Var":
        factors.set(expr, (factors.get(expr) ?? 0) + factor);
        return ranges.has(expr);
      case "Add":
        return collect(expr.a, factor) && collect(expr.b, factor);
      case "Sub":
        return collect(expr.a, factor) && collect(expr.b, -factor);
      case "Mul":
        if (expr.b.kind === "IntImm") return collect(expr.a, factor * expr.b.value);
        return expr.a.kind === "IntImm" && collect(expr.b, factor * expr.a.value);
      default:
        return false;
    }
  };
  if (!collect(index, 1)) return undefined;
  let [min, max] = [constant, constant];
  for (const [variable, factor] of factors) {
    const [low, high] = ranges.get(variable)!;
    min += factor * (factor > 0 ? low : high);
    max += factor * (factor > 0 ? high : low);
  }
  return [min, max];
}
