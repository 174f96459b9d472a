/** A list of numbers as a source of choices; when the list is used up, the first choice is taken. */
export class Choices {
  private next = 0;

  /** The features that were chosen; see `coverage.ts`. */
  readonly features = new Set<string>();

  constructor(private readonly values: readonly number[]) {}

  /** From 0 to `count - 1`. */
  number(count: number): number {
    return (this.values[this.next++] ?? 0) % count;
  }

  /** A whole number, both ends included. */
  between(first: number, last: number): number {
    return first + this.number(last - first + 1);
  }

  /** True once in `often` times. */
  rarely(often: number): boolean {
    return this.number(often) === often - 1;
  }

  of<T>(list: readonly T[]): T {
    return list[this.number(list.length)]!;
  }

  /** One of the entries, whose name becomes a feature when it is used without an error. */
  feature<T>(entries: Readonly<Record<string, (() => T) | undefined>>): T {
    const possible = Object.entries(entries).filter(([, make]) => make !== undefined);
    const [name, make] = this.of(possible);
    const result = make!();
    this.features.add(name);
    return result;
  }
}
