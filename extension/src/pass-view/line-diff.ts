/**
 * Differences of two texts that do not count indentation: a loop that is gone moves everything that
 * was inside it, which is not a change of what was inside.
 */

import { Change, presentableDiff, type DiffConfig } from "@codemirror/merge";

/** A text without what its lines begin with, and where each of its characters was. */
interface Flush {
  readonly text: string;
  /** In the text as it was; one more than there are characters. */
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

/** The beginning of a line is where it was: a change of whole lines is one with their indentation. */
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
