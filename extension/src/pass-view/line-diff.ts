/**
 * Differences of two texts without indentation: the body of a removed loop is only indented differently and
 * not changed.
 */

import { Change, presentableDiff, type DiffConfig } from "@codemirror/merge";

/** A text without indentation, with the original position of each character. */
interface Flush {
  readonly text: string;
  /** Positions in the original text; one more than characters. */
  readonly places: Uint32Array;
}

export function diffIgnoringIndent(
  before: string,
  after: string,
  config: DiffConfig,
): readonly Change[] {
  const [a, b] = [flush(before), flush(after)];
  return presentableDiff(a.text, b.text, config).map(
    ({ fromA, toA, fromB, toB }) =>
      new Change(a.places[fromA]!, a.places[toA]!, b.places[fromB]!, b.places[toB]!),
  );
}

/**
 * The start of a line maps to the original line start, so that a change of whole lines includes the
 * indentation.
 */
function flush(text: string): Flush {
  const places: number[] = [];
  let kept = "";
  let at = 0;
  for (const line of text.split("\n")) {
    const bare = line.trimStart();
    const indent = line.length - bare.length;
    for (let i = 0; i <= bare.length; i++) places.push(i === 0 ? at : at + indent + i);
    kept += `${bare}\n`;
    at += line.length + 1;
  }
  return { text: kept.slice(0, -1), places: Uint32Array.from(places) };
}
