/**
 * Knobs: the choices that a schedule leaves open, and AutoTVM's notation for a choice.
 *
 * Source of the format: AutoTVM's records, version 0.2. A knob that splits an axis is written
 * `[name, "sp", [-1, inner]]`, any other `[name, "ot", value]`.
 */

import { UsageError } from "tvm-ts";
import type { EntityEntry, KnobValue } from "../records";

/** The choices of a space by name: `{ tile: [1, 2, 4], threads: [1, 2] }`. */
export type KnobChoices = Readonly<Record<string, readonly KnobValue[]>>;

/** One choice for each knob of `K`. */
export type KnobValues<K extends KnobChoices = KnobChoices> = {
  readonly [name in keyof K]: K[name][number];
};

export interface Knob {
  readonly name: string;
  /** `split`: the inner extent of an axis that is split in two. */
  readonly kind: "split" | "other";
  readonly choices: readonly KnobValue[];
}

/**
 * The divisors of `n`, ascending: the tile sizes that leave no remainder.
 * @throws UsageError unless `n` is an integer of at least 1.
 * @example
 * vta.explore.divisors(14) // => 1,2,7,14
 */
export function divisors(n: number): number[] {
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new UsageError("explore-space", `divisors: ${n} is not an integer of at least 1`);
  }
  const small: number[] = [];
  const large: number[] = [];
  for (let candidate = 1; candidate * candidate <= n; candidate++) {
    if (n % candidate !== 0) continue;
    small.push(candidate);
    if (candidate * candidate !== n) large.unshift(n / candidate);
  }
  return [...small, ...large];
}

/** A knob for splitting an axis of `extent` iterations. */
export function splitKnob(name: string, extent: number): Knob {
  return { name, kind: "split", choices: divisors(extent) };
}

/** A knob with choices of any kind. @throws UsageError for an empty list or a repeated choice. */
export function otherKnob(name: string, choices: readonly KnobValue[]): Knob {
  if (!Array.isArray(choices) || choices.length === 0) {
    throw new UsageError(
      "explore-space",
      `the knob ${name} needs at least one choice: { ${name}: [1, 2] }`,
    );
  }
  const repeated = choices.find((choice, i) => choices.indexOf(choice) !== i);
  if (repeated !== undefined) {
    throw new UsageError(
      "explore-space",
      `the knob ${name} lists the choice ${String(repeated)} twice`,
    );
  }
  return { name, kind: "other", choices: [...choices] };
}

/** The entry of a record for the choice `value` of `knob`. */
export function toEntry({ name, kind }: Knob, value: KnobValue): EntityEntry {
  return kind === "split" ? [name, "sp", [-1, value as number]] : [name, "ot", value];
}

/** The choice that a record's entry names; a split is identified by its innermost extent. */
export function fromEntry([, kind, value]: EntityEntry): KnobValue {
  return kind === "sp" ? (value as readonly number[]).at(-1)! : (value as KnobValue);
}
