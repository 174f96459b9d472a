/**
 * Packed layouts, which split an axis of the data into several axes of the array: in `NCHWnc` the
 * channels are `C` blocks of `c` elements. As in the reference, a layout is a word with a letter
 * for each axis of the array; a lower-case letter is the inner part of its capital.
 */

import { UsageError } from "../support";

/** An axis of the data, and its axes in the array, outermost first. */
export interface DataAxis {
  readonly name: string;
  readonly parts: readonly number[];
}

/** The axes of the data, in the order of their first parts in the array. */
export type PackedLayout = readonly DataAxis[];

const WORD = /^(?:\d*[A-Za-z])+$/;

/**
 * Parses a layout; numbers before letters (`NCHW1n16c`) are block sizes and must match the extents.
 * @throws UsageError when the word is not a layout of arrays of this shape.
 */
export function parseLayout(word: string, shape: readonly number[]): PackedLayout {
  const letters = WORD.test(word) ? [...word.matchAll(/(\d*)([A-Za-z])/g)] : [];
  if (letters.length !== shape.length) {
    throw new UsageError(
      "view-layout",
      `the layout '${word}' has ${letters.length} axes, but the shape [${shape.join(", ")}] has ` +
        `${shape.length}; give each axis a letter, as in NCHWnc`,
    );
  }
  const axes = new Map<string, number[]>();
  letters.forEach(([, size, letter = ""], i) => {
    if (size !== "" && Number(size) !== shape[i]) {
      throw new UsageError(
        "view-layout",
        `the layout '${word}' has ${size} elements for ${letter}, but axis ${i} of the shape ` +
          `[${shape.join(", ")}] has ${shape[i]}`,
      );
    }
    const name = letter.toUpperCase();
    const parts = axes.get(name);
    if (parts === undefined && letter !== name) {
      throw new UsageError(
        "view-layout",
        `the layout '${word}' has ${letter}, the inner part of ${name}, but no ${name} before it`,
      );
    }
    if (parts !== undefined && letter === name) {
      throw new UsageError(
        "view-layout",
        `the layout '${word}' has ${letter} twice; write inner parts in lower case`,
      );
    }
    if (parts === undefined) axes.set(name, [i]);
    else parts.push(i);
  });
  return [...axes].map(([name, parts]) => ({ name, parts }));
}
