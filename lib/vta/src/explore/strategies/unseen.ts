/** The configurations that a search has not proposed yet, in random order. */

import type { SearchProblem } from "./strategy";

/** Spaces up to this size are shuffled; larger ones are sampled without repetition. */
const SHUFFLED_SIZE = 2 ** 20;
/** Consecutive draws of seen or refused configurations before the rest of the space is enumerated. */
const MAX_MISSES = 10_000;

export class UnseenConfigs {
  private readonly seen = new Set<number>();
  private readonly order: readonly number[] | undefined;
  private position = 0;

  constructor(private readonly problem: SearchProblem) {
    const { size } = problem.configs;
    if (size <= SHUFFLED_SIZE) {
      this.order = problem.random.shuffle(Array.from({ length: size }, (_, i) => i));
    }
  }

  has(index: number): boolean {
    return !this.seen.has(index);
  }

  /** Marks a configuration as proposed. */
  take(index: number): void {
    this.seen.add(index);
  }

  /** Takes up to `count` allowed configurations and marks them as proposed. */
  draw(count: number): number[] {
    const drawn: number[] = [];
    while (drawn.length < count) {
      const index = this.order === undefined ? this.drawFromLarge() : this.drawFromOrder();
      if (index === undefined) break;
      drawn.push(index);
      this.seen.add(index);
    }
    return drawn;
  }

  private drawFromOrder(): number | undefined {
    while (this.position < this.order!.length) {
      const index = this.order![this.position++]!;
      if (this.isFree(index)) return index;
    }
    return undefined;
  }

  private drawFromLarge(): number | undefined {
    const { configs, random } = this.problem;
    for (let misses = 0; misses < MAX_MISSES; misses++) {
      const index = random.below(configs.size);
      if (this.isFree(index)) return index;
    }
    for (; this.position < configs.size; this.position++) {
      if (this.isFree(this.position)) return this.position++;
    }
    return undefined;
  }

  private isFree(index: number): boolean {
    return !this.seen.has(index) && this.problem.isAllowed(index);
  }
}
