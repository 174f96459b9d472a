/**
 * Folds repeated blocks of a network into one box each: adjacent sequences in execution order with the same
 * operators on the same devices.
 *
 *     conv, conv, add, conv, conv, add, pool   =>   [conv, conv, add], [conv, conv, add], pool
 */

import type { Box } from "./network-boxes";
import { bytesText, countText } from "./number-text";

/** The most boxes of a block. */
const MAX_BLOCK_BOXES = 32;
/** The fewest boxes of a block. */
const MIN_BLOCK_BOXES = 2;

/** Numbers of consecutive boxes: a block, or a single box. */
type Members = readonly number[];

interface Repeat {
  readonly period: number;
  readonly count: number;
}

/** Divides all boxes into blocks, in order. */
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

/** The repetition that starts here and covers the most boxes; of equal ones, the shorter block. */
function repeatAt(kinds: readonly string[], at: number): Repeat {
  let best: Repeat = { period: 1, count: 1 };
  let covered = 0;
  for (
    let period = MIN_BLOCK_BOXES;
    period <= MAX_BLOCK_BOXES && at + 2 * period <= kinds.length;
    period++
  ) {
    let end = at + period;
    while (end < kinds.length && kinds[end] === kinds[end - period]) end++;
    const count = Math.floor((end - at) / period);
    if (count < 2 || count * period <= covered) continue;
    best = { period, count };
    covered = count * period;
  }
  return best;
}

/** Boxes merged into one, with their total costs. */
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
    operators: [`${own.length} boxes: ${own.map(shortOperator).join(", ")}`],
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

/** `conv4` from `conv4 (Conv)`. */
const nameOf = ({ label }: Box): string => label.replace(/ \(\w+\)$/, "");

/** `conv2d` for a box of `nn.conv2d`, `add`, ... */
const shortOperator = ({ operators }: Box): string => operators[0]?.replace(/^.*\./, "") ?? "";
