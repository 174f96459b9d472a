/** The model of a pass view: the nested passes, and the text after each. */

import type { view } from "tvm-ts";

export interface PassFilter {
  readonly onlyChanged: boolean;
  /** Part of a name, in any case. */
  readonly name: string;
}

export class PassModel {
  /** Milliseconds of the slowest pass, without sequences. */
  readonly slowest: number;

  constructor(private readonly data: view.PassView) {
    this.slowest = Math.max(0, ...this.passes.map(({ milliseconds }) => milliseconds));
  }

  /** A sequence comes before the passes in it. */
  get rows(): readonly view.PassStep[] {
    return this.data.steps;
  }

  /** The passes that do not run others. */
  get passes(): readonly view.PassStep[] {
    return this.rows.filter((row) => !row.isSequence);
  }

  /** Whether there is one step only, such as between two programs that are compared. */
  get isLone(): boolean {
    return this.rows.length === 1;
  }

  get failure(): view.PassFailure | undefined {
    return this.data.failure;
  }

  /** Whether it is the row of the pass that failed. */
  failed(row: number): boolean {
    return this.failure !== undefined && row === this.rows.length - 1;
  }

  text(index: number): string {
    return this.data.texts[index] ?? "";
  }

  /** The numbers of the rows that pass the filter. */
  visible({ onlyChanged, name }: PassFilter): number[] {
    const wanted = name.toLowerCase();
    return this.rows.flatMap((row, i) =>
      (row.changed || !onlyChanged || this.failed(i)) && row.name.toLowerCase().includes(wanted)
        ? [i]
        : [],
    );
  }

  /** The initial row: the pass that failed, or else the first that changed the text. */
  get first(): number {
    if (this.failure !== undefined) return this.rows.length - 1;
    const changed = this.rows.findIndex((row) => row.changed && !row.isSequence);
    return Math.max(changed, 0);
  }
}
