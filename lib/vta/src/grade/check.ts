/** The result of a check, and its points. */

import { UsageError } from "tvm-ts";

/** The score of a program in one check, with a sentence for its author. */
export class Check {
  private constructor(
    /** The share of the points that is earned, from 0 to 1. */
    readonly share: number,
    /** The finding, and why points are missing. */
    readonly message: string,
    readonly points: number,
  ) {}

  static of(share: number, message: string): Check {
    return new Check(Math.min(1, Math.max(0, share)), message, 1);
  }

  /**
   * The check with another number of points than one.
   * @throws UsageError unless `points` is a positive number
   */
  worth(points: number): Check {
    if (!(points > 0 && Number.isFinite(points))) {
      throw new UsageError(
        "grade",
        `worth(${points}): the points of a check must be a positive number`,
      );
    }
    return new Check(this.share, this.message, points);
  }

  get passed(): boolean {
    return this.share === 1;
  }

  /** Points, rounded to hundredths. */
  get earned(): number {
    return Math.round(this.share * this.points * 100) / 100;
  }

  toString(): string {
    return `${this.passed ? "✓" : "✗"} ${this.earned} of ${this.points}: ${this.message}`;
  }
}

/**
 * Prints the finding of each check and `8 of 10`. As the last line of a graded cell, the points are its
 * partial credit. @returns the points, rounded to hundredths
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

/** A check of any other condition: `message` states the condition. */
export function thatHolds(condition: boolean, message: string): Check {
  if (typeof condition !== "boolean") {
    throw new UsageError("grade", "thatHolds takes a boolean, such as value === 3");
  }
  return Check.of(condition ? 1 : 0, message);
}
