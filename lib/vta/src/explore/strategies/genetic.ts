/**
 * A genetic algorithm: configurations of low cost are crossed, and knobs of the child are mutated with a
 * small probability.
 *
 * Elite and mutation rate follow AutoTVM's defaults (`GATuner`), scaled to a smaller population.
 */

import type { KnobValue } from "../../records";
import { UnseenConfigs } from "./unseen";
import type { Outcome, SearchProblem, Strategy } from "./strategy";

export interface GeneticOptions {
  /** Configurations of one generation. */
  readonly population?: number;
  /** The best of all generations that stay parents. */
  readonly elite?: number;
  /** The probability that a knob of a child is set at random. */
  readonly mutation?: number;
}

/** Attempts to create an unseen child, for each child that is needed. */
const ATTEMPTS = 50;

export function genetic({
  population = 32,
  elite = 3,
  mutation = 0.1,
}: GeneticOptions = {}): Strategy {
  return {
    name: "genetic",
    start(problem) {
      const unseen = new UnseenConfigs(problem);
      let generation: readonly number[] = [];
      return {
        next(outcomes) {
          if (outcomes.length === 0) return (generation = unseen.draw(population));
          const costs = new Map(outcomes.map(({ index, cost }) => [index, cost]));
          const best = [...outcomes].sort((a, b) => a.cost - b.cost || a.index - b.index);
          const parents = [
            ...best.slice(0, elite),
            ...generation.map((index) => ({ index, cost: costs.get(index) ?? Infinity })),
          ].filter(({ cost }) => cost < Infinity);
          const children = breed(problem, unseen, parents, { population, mutation });
          const missing = population - children.length;
          return (generation = [...children, ...unseen.draw(missing)]);
        },
      };
    },
  };
}

function breed(
  problem: SearchProblem,
  unseen: UnseenConfigs,
  parents: readonly Outcome[],
  { population, mutation }: Required<Pick<GeneticOptions, "population" | "mutation">>,
): number[] {
  const { configs, random } = problem;
  const children: number[] = [];
  if (parents.length < 2) return children;
  // A parent is chosen in proportion to its speed.
  const fitness = parents.map(({ cost }) => 1 / cost);
  const total = fitness.reduce((a, b) => a + b, 0);
  const choose = (): number => {
    let rest = random.next() * total;
    const chosen = fitness.findIndex((share) => (rest -= share) < 0);
    return parents.at(chosen)!.index;
  };
  for (let i = 0; i < population * ATTEMPTS && children.length < population; i++) {
    const [mother, father] = [configs.values(choose()), configs.values(choose())];
    const child: Record<string, KnobValue> = {};
    for (const { name, choices } of configs.knobs) {
      const inherited = random.next() < 0.5 ? mother[name]! : father[name]!;
      child[name] = random.next() < mutation ? random.pick(choices) : inherited;
    }
    const index = configs.index(child);
    if (!unseen.has(index) || !problem.isAllowed(index)) continue;
    unseen.take(index);
    children.push(index);
  }
  return children;
}
