/**
 * A space of configurations: every combination of its knobs' choices, numbered.
 *
 * The numbering is AutoTVM's: mixed radix, the first knob varies fastest.
 */

import { UsageError } from "tvm-ts";
import { fromEntry, toEntry, type Knob, type KnobValues } from "./knobs";
import type { Entity, KnobValue } from "../records";

export class ConfigSpace {
  /** How many configurations there are. */
  readonly size: number;

  /** @throws UsageError when two knobs have one name, or there are more than 2^53 configurations. */
  constructor(readonly knobs: readonly Knob[]) {
    const names = knobs.map((knob) => knob.name);
    const repeated = names.find((name, i) => names.indexOf(name) !== i);
    if (repeated !== undefined)
      throw new UsageError("explore-space", `two knobs are named ${repeated}`);
    this.size = knobs.reduce((product, knob) => product * knob.choices.length, 1);
    if (!Number.isSafeInteger(this.size)) {
      throw new UsageError(
        "explore-space",
        `the space has ${this.size} configurations; at most 2^53 can be numbered`,
      );
    }
  }

  /** The choices of configuration `index`. @throws UsageError unless 0 <= index < size. */
  values(index: number): KnobValues {
    this.checkIndex(index);
    const values: Record<string, KnobValue> = {};
    let rest = index;
    for (const { name, choices } of this.knobs) {
      values[name] = choices[rest % choices.length]!;
      rest = Math.floor(rest / choices.length);
    }
    return values;
  }

  /** The number of the configuration with these choices. @throws UsageError when a knob has no such choice. */
  index(values: KnobValues): number {
    let index = 0;
    let weight = 1;
    for (const { name, choices } of this.knobs) {
      const digit = choices.indexOf(values[name]!);
      if (digit < 0) {
        throw new UsageError(
          "explore-space",
          `the knob ${name} is ${String(values[name])}; its choices are ${choices.join(", ")}`,
        );
      }
      index += digit * weight;
      weight *= choices.length;
    }
    return index;
  }

  /** Configuration `index` as AutoTVM's records write it. */
  entity(index: number): Entity {
    const values = this.values(index);
    return this.knobs.map((knob) => toEntry(knob, values[knob.name]!));
  }

  /**
   * The number of the configuration that a record describes, derived from its entity; the record's index is
   * ignored.
   * @throws UsageError when the entity has other knobs or choices than the space.
   */
  indexOfEntity(entity: Entity): number {
    const names = entity.map(([name]) => name);
    const expected = this.knobs.map(({ name }) => name);
    if (names.join() !== expected.join()) {
      throw new UsageError(
        "explore-space",
        `the record has the knobs ${names.join(", ")}; the space has ${expected.join(", ")}`,
      );
    }
    return this.index(Object.fromEntries(entity.map((entry) => [entry[0], fromEntry(entry)])));
  }

  private checkIndex(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.size) return;
    throw new UsageError(
      "explore-space",
      `there is no configuration ${index}; the space has ${this.size}, numbered from 0`,
    );
  }
}
