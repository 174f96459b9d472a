/** Counts how often the features of random programs occurred, alone and in pairs. */

export class Coverage {
  private readonly single = new Map<string, number>();
  private readonly pairs = new Map<string, number>();
  private programs = 0;

  add(features: ReadonlySet<string>): void {
    this.programs++;
    const sorted = [...features].sort();
    sorted.forEach((feature, i) => {
      count(this.single, feature);
      for (const other of sorted.slice(i + 1)) count(this.pairs, `${feature} + ${other}`);
    });
  }

  /** The number of features, and the share of their pairs that occurred. */
  get features(): number {
    return this.single.size;
  }
  get pairsMet(): number {
    const { size } = this.single;
    return size < 2 ? 0 : this.pairs.size / ((size * (size - 1)) / 2);
  }

  /** For each feature: the number of programs, and the features that rarely or never occurred with it. */
  table(): string {
    const features = [...this.single].sort((a, b) => b[1] - a[1]);
    const rows = features.map(([feature, met]) => {
      const partners = features
        .filter(([other]) => other !== feature)
        .map(
          ([other]) => [other, this.pairs.get([feature, other].sort().join(" + ")) ?? 0] as const,
        )
        .sort((a, b) => a[1] - b[1]);
      const median = partners[Math.floor(partners.length / 2)]?.[1] ?? 0;
      const rarest = partners.slice(0, 3).map(([other, times]) => `${other} ${times}`);
      return `${feature.padEnd(22)}${String(met).padStart(7)}${String(median).padStart(8)}  ${rarest.join(", ")}`;
    });
    const share = `${(100 * this.pairsMet).toFixed(1)} %`;
    return [
      `${this.programs} programs, ${this.features} features, ${share} of their pairs met`,
      "feature                   met  median  of its pairs; the rarest",
      ...rows,
    ].join("\n");
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
