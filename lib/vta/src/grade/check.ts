/** What a check found, and what it is worth. */

import { UsageError } from "tvm-ts";

/** How well a program passed one check, with a sentence for its author. */
export class Check {
  private constructor(
    /** The part of the points that is earned, from 0 to 1. */
    readonly share: number,
    /** What was found, and why points are missing. */
    readonly message: string,
    readonly points: number,
  ) {}

  static of(share: number, message: string): Check {
    return new Check(Math.min(1, Math.max(0, share)), message, 1);
  }

  /**
   * The check with another worth than one point.
   * @throws UsageError unless `points` is a positive number
   */
  worth(points: number): Check {
    if (!(points > 0 && Number.isFinite(points))) {
      throw new UsageError("grade", `a check is worth a positive number of points, not ${points}`);
    }
    return new Check(this.share, this.message, points);
  }

  get passed(): boolean {
    return this.share === 1;
  }

  /** Points, to the hundredth. */
  get earned(): number {
    return Math.round(this.share * this.points * 100) / 100;
  }

  toString(): string {
    return `${this.passed ? "✓" : "✗"} ${this.earned} of ${this.points}: ${this.message}`;
  }
}

/**
 * Prints what each check found and `8 of 10`, and gives the points: as the last line of a graded cell
 * they are its partial credit.
 * @returns points, to the hundredth
 * @example
 * const { grade } = vta;
 * grade.total(grade.thatHolds(1 + 1 === 2, "1 + 1 is 2").worth(2)) // => 2
 */
export function total(...checks: readonly Check[]): number {
  const earned = Math.round(checks.reduce((sum, check) => sum + check.earned, 0) * 100) / 100;
  const points = checks.reduce((sum, check) => sum + check.points, 0);
  console.log([...checks.map(String), `${earned} of ${points}`].join("\n"));
  return earned;
}

/** A check of anything else: `message` says what holds, or what does not. */
export function thatHolds(condition: boolean, message: string): Check {
  if (typeof condition !== "boolean") {
    throw new UsageError("grade", "a check holds or not: give true or false, such as value === 3");
  }
  return Check.of(condition ? 1 : 0, message);
}
