/**
 * A field of an instruction: where its bits are, reading and writing them.
 *
 * Instructions lie in memory as four 32-bit words, lowest first. A field may reach from one word into
 * the next.
 */

import { UsageError } from "tvm-ts";

export class Field {
  /** Smallest and largest value the field can hold. */
  readonly min: number;
  readonly max: number;
  private readonly word: number;
  private readonly shift: number;
  private readonly mask: number;
  /** How many of the bits are in the next word; 0 for most fields. */
  private readonly spill: number;

  /**
   * @param owner the instruction, as messages name it
   * @param bit the position of the lowest bit, 0 to 127
   * @param bits the width, 1 to 32
   */
  constructor(
    readonly owner: string,
    readonly name: string,
    readonly bit: number,
    readonly bits: number,
    readonly signed = false,
  ) {
    this.min = signed ? -(2 ** (bits - 1)) : 0;
    this.max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    this.word = bit >>> 5;
    this.shift = bit & 31;
    this.mask = bits === 32 ? -1 : (1 << bits) - 1;
    this.spill = Math.max(0, this.shift + bits - 32);
  }

  /** The field's value in the instruction whose first word is `words[at]`. */
  get(words: Uint32Array, at: number): number {
    const first = at + this.word;
    let raw = words[first]! >>> this.shift;
    if (this.spill > 0) raw |= words[first + 1]! << (32 - this.shift);
    raw &= this.mask;
    return this.signed ? (raw << (32 - this.bits)) >> (32 - this.bits) : raw >>> 0;
  }

  /**
   * Writes the field and leaves the other bits alone.
   * @throws UsageError for a value that the field cannot hold.
   */
  set(words: Uint32Array, at: number, value: number): void {
    if (!(value >= this.min && value <= this.max && Number.isInteger(value))) this.refuse(value);
    const first = at + this.word;
    const raw = value & this.mask;
    words[first] = (words[first]! & ~(this.mask << this.shift)) | (raw << this.shift);
    if (this.spill > 0) {
      const low = 32 - this.shift;
      words[first + 1] = (words[first + 1]! & ~(this.mask >>> low)) | (raw >>> low);
    }
  }

  private refuse(value: number): never {
    throw new UsageError(
      `${this.owner}: ${this.name} is ${value}, but the field has ${this.bits} ` +
        `${this.bits === 1 ? "bit" : "bits"} and holds ${this.min} to ${this.max}`,
    );
  }
}
