/** What a pass view knows: the passes as they contain one another, and the text at each point. */

import type { view } from "tvm-ts";

/** A run of a pass. */
export interface PassRow extends view.PassStep {
  /** Whether it only runs other passes, which follow it. */
  readonly isSequence: boolean;
}

export interface PassFilter {
  readonly onlyChanged: boolean;
  /** Part of a name, in any case. */
  readonly name: string;
}

export class PassModel {
  /** A sequence comes before the passes in it. */
  readonly rows: readonly PassRow[];
  /** Milliseconds of the slowest pass, sequences left aside. */
  readonly slowest: number;

  constructor(private readonly data: view.PassView) {
    this.rows = inOrderOfStart(data.steps);
    this.slowest = Math.max(0, ...this.passes.map(({ milliseconds }) => milliseconds));
  }

  /** Those that run no others. */
  get passes(): readonly PassRow[] {
    return this.rows.filter((row) => !row.isSequence);
  }

  text(index: number): string {
    return this.data.texts[index] ?? "";
  }

  /** The numbers of the rows that pass the filter. */
  visible({ onlyChanged, name }: PassFilter): number[] {
    const wanted = name.toLowerCase();
    return this.rows.flatMap((row, i) =>
      (row.changed || !onlyChanged) && row.name.toLowerCase().includes(wanted) ? [i] : [],
    );
  }

  /** Where to begin: the first pass that changed something. */
  get first(): number {
    const changed = this.rows.findIndex((row) => row.changed && !row.isSequence);
    return Math.max(changed, 0);
  }
}

/** Passes are recorded when they end, so those inside a sequence come before it. */
function inOrderOfStart(steps: readonly view.PassStep[]): PassRow[] {
  // Runs that are over and not inside another yet; each with what it contains.
  const done: { depth: number; rows: PassRow[] }[] = [];
  for (const step of steps) {
    let first = done.length;
    while (first > 0 && done[first - 1]!.depth > step.depth) first--;
    const inside = done.splice(first).flatMap(({ rows }) => rows);
    const row = { ...step, isSequence: inside.length > 0 };
    done.push({ depth: step.depth, rows: [row, ...inside] });
  }
  return done.flatMap(({ rows }) => rows);
}
