/**
 * A field of an instruction: where its bits are, reading and writing them.
 *
 * Instructions are stored as 32-bit words, lowest first. Most fields are in one word; some reach
 * into the next.
 */

import { UsageError } from "tvm-ts";

export abstract class Field {
  /** Smallest and largest value the field can hold. */
  readonly min: number;
  readonly max: number;

  /**
   * @param owner the instruction, as messages name it
   * @param bit where its lowest bit is, counted from the first word's lowest
   */
  constructor(
    readonly owner: string,
    readonly name: string,
    readonly bit: number,
    readonly bits: number,
    signed: boolean,
  ) {
    this.min = signed ? -(2 ** (bits - 1)) : 0;
    this.max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  }

  /** The field's value in the instruction whose first word is `words[at]`. */
  abstract get(words: Uint32Array, at: number): number;

  /**
   * Writes the field and leaves the other bits alone.
   * @throws UsageError for a value that the field cannot hold
   */
  abstract set(words: Uint32Array, at: number, value: number): void;

  protected check(value: number): void {
    if (value >= this.min && value <= this.max && Number.isInteger(value)) return;
    throw new UsageError(
      "vta-instruction",
      `${this.owner}: ${this.name} is ${value}, but the field has ${this.bits} ` +
        `${this.bits === 1 ? "bit" : "bits"} and holds ${this.min} to ${this.max}`,
    );
  }
}

/** A field inside one word. */
class WordField extends Field {
  private readonly mask: number;
  /** Shifts that bring the value to a word's top and then to its bottom. */
  private readonly up: number;
  private readonly down: number;

  constructor(
    owner: string,
    name: string,
    private readonly word: number,
    private readonly shift: number,
    bits: number,
    private readonly signed: boolean,
  ) {
    super(owner, name, word * 32 + shift, bits, signed);
    this.mask = bits === 32 ? -1 : (1 << bits) - 1;
    this.up = 32 - bits - shift;
    this.down = 32 - bits;
  }

  get(words: Uint32Array, at: number): number {
    const top = words[at + this.word]! << this.up;
    return this.signed ? top >> this.down : top >>> this.down;
  }

  set(words: Uint32Array, at: number, value: number): void {
    const raw = value & this.mask;
    if (raw !== value || this.signed) this.check(value);
    const i = at + this.word;
    words[i] = (words[i]! & ~(this.mask << this.shift)) | (raw << this.shift);
  }
}

/** A field that begins in one word and ends in the next. */
class SplitField extends Field {
  private readonly lowBits: number;
  private readonly lowMask: number;
  private readonly highMask: number;

  constructor(
    owner: string,
    name: string,
    private readonly word: number,
    private readonly shift: number,
    bits: number,
    private readonly signed: boolean,
  ) {
    super(owner, name, word * 32 + shift, bits, signed);
    this.lowBits = 32 - shift;
    this.lowMask = (1 << this.lowBits) - 1;
    this.highMask = (1 << (bits - this.lowBits)) - 1;
  }

  get(words: Uint32Array, at: number): number {
    const i = at + this.word;
    const low = words[i]! >>> this.shift;
    const raw = ((words[i + 1]! & this.highMask) << this.lowBits) | low;
    const unused = 32 - this.bits;
    return this.signed ? (raw << unused) >> unused : raw >>> 0;
  }

  set(words: Uint32Array, at: number, value: number): void {
    if (value >>> 0 !== value || value > this.max) this.check(value);
    const i = at + this.word;
    const low = (value & this.lowMask) << this.shift;
    const high = (value >> this.lowBits) & this.highMask;
    words[i] = (words[i]! & ~(this.lowMask << this.shift)) | low;
    words[i + 1] = (words[i + 1]! & ~this.highMask) | high;
  }
}

/**
 * @param bit the position of the lowest bit, counted from the first word's lowest
 * @param bits the width, 1 to 32
 */
export function makeField(
  owner: string,
  name: string,
  bit: number,
  bits: number,
  signed: boolean,
): Field {
  const word = bit >>> 5;
  const shift = bit & 31;
  return shift + bits > 32
    ? new SplitField(owner, name, word, shift, bits, signed)
    : new WordField(owner, name, word, shift, bits, signed);
}
