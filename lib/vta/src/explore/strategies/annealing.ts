/**
 * Simulated annealing on a learned cost model: points walk through the space towards low predicted cost, and
 * the best untried ones on their paths are tried next.
 *
 * The walk is AutoTVM's (`SimulatedAnnealingOptimizer`): parallel, with the temperature falling from 1 to 0.
 * The model predicts the logarithm of the cost from the logarithms of the knobs, relative to the space's own
 * estimate if it has one; in that case the first trials are those of the lowest estimates.
 */

import { BoostedTrees } from "../boosted-trees";
import type { ConfigSpace } from "../config-space";
import { BATCH, type Outcome, type SearchProblem, type Strategy } from "./strategy";
import { UnseenConfigs } from "./unseen";

export interface AnnealingOptions {
  /** Trials before the model is first trained: those of the lowest estimates, or random ones. */
  readonly first?: number;
  /** Points that walk at the same time. */
  readonly points?: number;
  readonly steps?: number;
  /** The share of each batch that is drawn at random. */
  readonly exploration?: number;
  /** Whether the space's own estimates are used, where it has them. */
  readonly estimates?: boolean;
}

/** The cost of a failure in training: this many times the worst measured cost. */
const FAILURE_FACTOR = 4;

export function annealing({
  first = BATCH,
  points = 64,
  steps = 60,
  exploration = 0.05,
  estimates = true,
}: AnnealingOptions = {}): Strategy {
  return {
    name: "annealing",
    start(given) {
      const problem = estimates ? given : { ...given, estimate: () => undefined };
      const unseen = new UnseenConfigs(problem);
      return {
        next(outcomes) {
          if (outcomes.length === 0) return firstBatch(problem, unseen, first);
          const model = learn(problem, outcomes);
          const walked = walk(problem, model, outcomes, points, steps);
          const wanted = Math.max(1, Math.round(BATCH * (1 - exploration)));
          const chosen = walked.filter((index) => unseen.has(index)).slice(0, wanted);
          for (const index of chosen) unseen.take(index);
          return [...chosen, ...unseen.draw(BATCH - chosen.length)];
        },
      };
    },
  };
}

/** Spaces up to this size are put in the order of their estimates. */
const ORDERED_SIZE = 2 ** 16;

function firstBatch(problem: SearchProblem, unseen: UnseenConfigs, count: number): number[] {
  const { configs, estimate, isAllowed } = problem;
  if (configs.size > ORDERED_SIZE || estimate(0) === undefined) return unseen.draw(count);
  const estimates = Array.from({ length: configs.size }, (_, index) => estimate(index)!);
  const ordered = estimates.map((_, index) => index).sort((a, b) => estimates[a]! - estimates[b]!);
  const chosen: number[] = [];
  for (const index of ordered) {
    if (chosen.length === count) break;
    if (isAllowed(index)) chosen.push(index);
  }
  for (const index of chosen) unseen.take(index);
  return chosen;
}

type Model = (index: number) => number;

/** Logarithms of numeric choices; for other choices their position. */
function featuresOf(configs: ConfigSpace, index: number): number[] {
  const values = configs.values(index);
  const features = configs.knobs.map(({ name, choices }) => {
    const value = values[name]!;
    return typeof value === "number" && value > 0 ? Math.log2(value) : choices.indexOf(value);
  });
  // Products of knobs determine whether tiles fit and how often they are reloaded.
  const products = features.flatMap((a, i) => features.slice(i + 1).map((b) => a + b));
  return [...features, ...products];
}

function learn({ configs, estimate }: SearchProblem, outcomes: readonly Outcome[]): Model {
  const worst = Math.max(...outcomes.map(({ cost }) => (cost === Infinity ? 1 : cost)));
  const priorOf = (index: number): number => Math.log2(estimate(index) ?? 1);
  const model = new BoostedTrees(
    outcomes.map(({ index }) => featuresOf(configs, index)),
    outcomes.map(
      ({ index, cost }) =>
        Math.log2(cost === Infinity ? worst * FAILURE_FACTOR : cost) - priorOf(index),
    ),
  );
  const scoreByIndex = new Map<number, number>();
  return (index) => {
    let cost = scoreByIndex.get(index);
    if (cost === undefined) {
      cost = model.predict(featuresOf(configs, index)) + priorOf(index);
      scoreByIndex.set(index, cost);
    }
    return cost;
  };
}

/** The configurations on the points' paths, the cheapest first. */
function walk(
  { configs, random, isAllowed }: SearchProblem,
  model: Model,
  outcomes: readonly Outcome[],
  count: number,
  steps: number,
): number[] {
  const best = [...outcomes].sort((a, b) => a.cost - b.cost || a.index - b.index);
  const places = best.slice(0, count).map(({ index }) => index);
  const visited = new Set<number>();
  for (let step = 0; step < steps; step++) {
    const temperature = 1 - step / steps;
    places.forEach((place, i) => {
      const next = neighbour(configs, place, random.below(configs.knobs.length), random.next());
      if (!isAllowed(next)) return;
      visited.add(next);
      const change = model(next) - model(place);
      if (change <= 0 || random.next() < Math.exp(-change / (temperature + 1e-5))) places[i] = next;
    });
  }
  return [...visited].sort((a, b) => model(a) - model(b) || a - b);
}

/** The configuration with another choice for one knob. */
function neighbour(configs: ConfigSpace, index: number, knob: number, draw: number): number {
  const { name, choices } = configs.knobs[knob]!;
  const values = { ...configs.values(index) };
  values[name] = choices[Math.floor(draw * choices.length)]!;
  return configs.index(values);
}
