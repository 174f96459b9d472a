/**
 * A learned cost model: regression trees, each fitted to the residuals of the trees before it (Friedman,
 * "Greedy function approximation: a gradient boosting machine", 2001).
 *
 * Features of configurations have few distinct values, so splits are found in histograms. The same samples
 * give the same model.
 */

export interface BoostingOptions {
  readonly trees?: number;
  /** The depth of a tree. */
  readonly depth?: number;
  /** The learning rate: the share of the residuals that a tree removes. AutoTVM's `eta`. */
  readonly rate?: number;
  /** The least number of samples in a leaf. */
  readonly leaf?: number;
}

type Node =
  | { readonly value: number }
  | {
      readonly feature: number;
      readonly limit: number;
      readonly below: Node;
      readonly above: Node;
    };

export class BoostedTrees {
  private readonly trees: Node[] = [];
  private readonly base: number;
  /**
   * For each feature its distinct values, ascending, and for each sample the position of its value among
   * them.
   */
  private readonly values: readonly (readonly number[])[];
  private readonly bins: readonly Uint16Array[];

  /** Fits `features[i] -> targets[i]`. There must be at least one sample. */
  constructor(
    features: readonly (readonly number[])[],
    targets: readonly number[],
    { trees = 60, depth = 4, rate = 0.2, leaf = 2 }: BoostingOptions = {},
  ) {
    const columns = features[0]!.map((_, feature) => features.map((row) => row[feature]!));
    this.values = columns.map((column) => [...new Set(column)].sort((a, b) => a - b));
    this.bins = columns.map((column, feature) => {
      const position = new Map(this.values[feature]!.map((value, i) => [value, i]));
      return Uint16Array.from(column, (value) => position.get(value)!);
    });
    this.base = targets.reduce((a, b) => a + b, 0) / targets.length;
    const left = Float64Array.from(targets, (target) => target - this.base);
    const all = Uint32Array.from(targets, (_, i) => i);
    for (let i = 0; i < trees; i++) this.trees.push(this.grow(all, left, depth, leaf, rate));
  }

  predict(features: readonly number[]): number {
    return this.trees.reduce((sum, tree) => sum + evaluate(tree, features), this.base);
  }

  /** Fits a tree to the residuals `left` of `samples`, and subtracts its share from them. */
  private grow(
    samples: Uint32Array,
    left: Float64Array,
    depth: number,
    leaf: number,
    rate: number,
  ): Node {
    const total = samples.reduce((sum, sample) => sum + left[sample]!, 0);
    const split = depth === 0 ? undefined : this.bestSplit(samples, left, total, leaf);
    if (split === undefined) {
      const value = (rate * total) / samples.length;
      for (const sample of samples) left[sample]! -= value;
      return { value };
    }
    const { feature, bin } = split;
    const bins = this.bins[feature]!;
    const values = this.values[feature]!;
    const below = samples.filter((sample) => bins[sample]! <= bin);
    const above = samples.filter((sample) => bins[sample]! > bin);
    return {
      feature,
      limit: (values[bin]! + values[bin + 1]!) / 2,
      below: this.grow(below, left, depth - 1, leaf, rate),
      above: this.grow(above, left, depth - 1, leaf, rate),
    };
  }

  /** The split that maximizes the two sides' squared sums, each divided by the side's size. */
  private bestSplit(
    samples: Uint32Array,
    left: Float64Array,
    total: number,
    leaf: number,
  ): { feature: number; bin: number } | undefined {
    let best: { feature: number; bin: number } | undefined;
    let bestScore = (total * total) / samples.length + 1e-12;
    this.bins.forEach((bins, feature) => {
      const count = this.values[feature]!.length;
      const sums = new Float64Array(count);
      const sizes = new Uint32Array(count);
      for (const sample of samples) {
        sums[bins[sample]!]! += left[sample]!;
        sizes[bins[sample]!]!++;
      }
      let sum = 0;
      let size = 0;
      for (let bin = 0; bin < count - 1; bin++) {
        sum += sums[bin]!;
        size += sizes[bin]!;
        if (sizes[bin] === 0 || size < leaf || samples.length - size < leaf) continue;
        const rest = total - sum;
        const score = (sum * sum) / size + (rest * rest) / (samples.length - size);
        if (score <= bestScore) continue;
        bestScore = score;
        best = { feature, bin };
      }
    });
    return best;
  }
}

function evaluate(tree: Node, features: readonly number[]): number {
  let node = tree;
  while ("feature" in node) node = features[node.feature]! < node.limit ? node.below : node.above;
  return node.value;
}
