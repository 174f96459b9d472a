/** Converts cursor positions: Jupyter counts Unicode code points, JavaScript UTF-16 units. */

/** The offset in `text` of its code point number `position`; the end if there are fewer. */
export function offsetOfCodePoint(text: string, position: number): number {
  let offset = 0;
  for (let count = 0; count < position && offset < text.length; count++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The number of code points before `offset`. */
export function codePointsBefore(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length;
}
