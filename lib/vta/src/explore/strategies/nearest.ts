/**
 * Starts from records of other shapes: the best record of each workload of the same task, mapped to this
 * space, the most similar shape first; then another strategy continues.
 */

import { meanCost, readRecords, recordedKnobs, type RecordSource } from "../../records";
import type { TemplateArguments, TuningRecord } from "../../records";
import type { ConfigSpace } from "../config-space";
import type { KnobValue } from "../../records";
import { annealing } from "./annealing";
import type { Strategy } from "./strategy";

export interface NearestOptions {
  /** The strategy that continues afterwards; annealing if left out. */
  readonly then?: Strategy;
}

/** @throws UsageError when a file of records cannot be read */
export function nearest(
  records: RecordSource,
  { then = annealing() }: NearestOptions = {},
): Strategy {
  const measured = readRecords(records).filter((record) => meanCost(record) < Infinity);
  return {
    name: `nearest, then ${then.name}`,
    start(problem) {
      const { configs, isAllowed, task, args } = problem;
      const candidates = bestOfEach(measured.filter((record) => record.task === task))
        .sort((a, b) => distance(a.args, args) - distance(b.args, args))
        .map((record) => nearestConfiguration(configs, recordedKnobs(record)));
      const first = [...new Set(candidates)].filter(isAllowed);
      const proposed = new Set(first);
      const search = then.start(problem);
      let started = first.length === 0;
      return {
        next(outcomes) {
          if (!started) {
            started = true;
            return first;
          }
          for (;;) {
            const batch = search.next(outcomes);
            const fresh = batch.filter((index) => !proposed.has(index));
            if (fresh.length > 0 || batch.length === 0) return fresh;
          }
        },
      };
    },
  };
}

/** The cheapest record of each workload. */
function bestOfEach(records: readonly TuningRecord[]): TuningRecord[] {
  const best = new Map<string, TuningRecord>();
  for (const record of records) {
    const key = JSON.stringify(record.args);
    const other = best.get(key);
    if (other === undefined || meanCost(record) < meanCost(other)) best.set(key, record);
  }
  return [...best.values()];
}

/** The distance of two workloads: the sum of the logarithms of the ratios of their numbers. */
function distance(a: TemplateArguments, b: TemplateArguments): number {
  const [first, second] = [numbersOf(a), numbersOf(b)];
  if (first.length !== second.length) return Infinity;
  return first.reduce(
    (sum, value, i) => sum + Math.abs(Math.log2((1 + value) / (1 + second[i]!))),
    0,
  );
}

const numbersOf = (value: unknown): number[] =>
  Array.isArray(value) ? value.flatMap(numbersOf) : typeof value === "number" ? [value] : [];

/** The configuration whose choices are nearest to those of a record. */
function nearestConfiguration(
  configs: ConfigSpace,
  knobs: Readonly<Record<string, number>>,
): number {
  const values: Record<string, KnobValue> = {};
  for (const { name, choices } of configs.knobs) {
    const wanted = knobs[name] ?? 1;
    const far = (choice: KnobValue): number =>
      typeof choice === "number" ? Math.abs(Math.log2(choice / wanted)) : 0;
    values[name] = choices.reduce((best, choice) => (far(choice) < far(best) ? choice : best));
  }
  return configs.index(values);
}
