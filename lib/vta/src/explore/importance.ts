/** How much of the cost's variance each knob explains. */

import type { KnobValue } from "../records";
import type { KnobValues } from "./knobs";

export interface Sample {
  readonly values: KnobValues;
  readonly cost: number;
}

/**
 * By knob: the share of the variance of the costs' logarithms that its choice explains alone, 0 to 1.
 * Shares need not add up to 1: knobs act together, and trials are not spread evenly.
 */
export function knobImportance(
  names: readonly string[],
  samples: readonly Sample[],
): Readonly<Record<string, number>> {
  const logs = samples.map(({ cost }) => Math.log2(Math.max(cost, 1)));
  const mean = average(logs);
  const total = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const share = (name: string): number => {
    const groups = new Map<KnobValue, number[]>();
    samples.forEach(({ values }, i) => {
      const group = groups.get(values[name]!) ?? [];
      groups.set(values[name]!, group);
      group.push(logs[i]!);
    });
    const between = [...groups.values()].reduce(
      (sum, group) => sum + group.length * (average(group) - mean) ** 2,
      0,
    );
    return total === 0 ? 0 : between / total;
  };
  return Object.fromEntries(names.map((name) => [name, share(name)]));
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
