/**
 * Repeated blocks of a network, each as one box: neighbours in the order in which they run that compute with
 * the same operators, on the same device, one after another.
 *
 *     conv, conv, add, conv, conv, add, pool   =>   [conv, conv, add], [conv, conv, add], pool
 */

import type { Box } from "./network-boxes";
import { bytesText, countText } from "./number-text";

/** Boxes of a block at most. */
const LONGEST = 32;
/** A block that is not worth a box of its own. */
const SHORTEST = 2;

/** Numbers of boxes that follow one another: a block, or one that is not folded. */
type Members = readonly number[];

interface Repeat {
  readonly period: number;
  readonly count: number;
}

/** Every box in one of these, in order. */
export function foldedMembers(boxes: readonly Box[]): readonly Members[] {
  const kinds = boxes.map(({ device, operators }) => `${device} ${operators.join(" ")}`);
  const folded: Members[] = [];
  for (let at = 0; at < boxes.length;) {
    const { period, count } = repeatAt(kinds, at);
    for (let i = 0; i < count; i++, at += period) {
      folded.push(Array.from({ length: period }, (_, k) => at + k));
    }
  }
  return folded;
}

/** The repetition that starts here and covers most; of two, that of the shorter block. */
function repeatAt(kinds: readonly string[], at: number): Repeat {
  let best: Repeat = { period: 1, count: 1 };
  let covered = 0;
  for (let period = SHORTEST; period <= LONGEST && at + 2 * period <= kinds.length; period++) {
    let end = at + period;
    while (end < kinds.length && kinds[end] === kinds[end - period]) end++;
    const count = Math.floor((end - at) / period);
    if (count < 2 || count * period <= covered) continue;
    best = { period, count };
    covered = count * period;
  }
  return best;
}

/** Boxes as one, with what they cost together. */
export function foldedBox(boxes: readonly Box[], members: Members): Box {
  const own = members.map((member) => boxes[member]!);
  if (own.length === 1) return own[0]!;
  const [first, last] = [own[0]!, own.at(-1)!];
  const calls = own.map(({ call }) => call);
  const sum = (measure: "cycles" | "bytes"): number | undefined => {
    const known = own.flatMap(({ values }) => values[measure] ?? []);
    return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0);
  };
  const macs = own.reduce((total, { cost }) => total + (cost?.macs ?? 0), 0);
  const errors = own.flatMap(({ values }) => values.error ?? []);
  const [cycles, bytes] = [sum("cycles"), sum("bytes")];
  return {
    call: last.call,
    inside: calls.slice(0, -1),
    label: `${nameOf(first)} … ${nameOf(last)}`,
    operators: [`${own.length} boxes: ${own.map(shortOf).join(", ")}`],
    device: own.some(({ device }) => device === "accelerator") ? "accelerator" : "host",
    facts: [
      ...(macs === 0 ? [] : [["multiply-adds", countText(macs)] as const]),
      ...(cycles === undefined ? [] : [["cycles", countText(cycles)] as const]),
      ...(bytes === undefined ? [] : [["bytes", bytesText(bytes)] as const]),
    ],
    values: {
      ...(cycles !== undefined && { cycles }),
      ...(bytes !== undefined && { bytes }),
      ...(errors.length > 0 && { error: Math.max(...errors) }),
    },
    inputs: own.flatMap(({ inputs }) => inputs).filter((input) => !calls.includes(input)),
  };
}

/** `conv4` of `conv4 (Conv)`. */
const nameOf = ({ label }: Box): string => label.replace(/ \(\w+\)$/, "");

/** `conv2d` of what computes `nn.conv2d`, `add`, ... */
const shortOf = ({ operators }: Box): string => operators[0]?.replace(/^.*\./, "") ?? "";
