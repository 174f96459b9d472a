/** The model of one on-chip memory in a trace. */

import {
  ACCESS_NUMBERS,
  RESIDENCY_NUMBERS,
  writesOf,
  type MemoryFact,
  type TraceData,
} from "./data";
import type { Times } from "./times";

/** The state of an element at a time; of several, the last in this list. */
export const CELL = { free: 0, occupied: 1, read: 2, padded: 3, written: 4 } as const;

/** Elements that one instruction wrote, up to the instruction that read them last. */
export interface Residency {
  readonly begin: number;
  readonly end: number;
  readonly writer: number;
  /** The writer itself if it was not read. */
  readonly reader: number;
}

/** An instruction's access to elements; `cell` is of `CELL`. */
export interface Mark {
  readonly begin: number;
  readonly end: number;
  readonly cell: number;
}

export class MemoryModel {
  readonly fact: MemoryFact;
  readonly residencies: readonly Residency[];
  /** The end of the used elements. */
  readonly used: number;
  /** Accesses by pattern. */
  private readonly marks: readonly (readonly Mark[])[];

  constructor(
    private readonly data: TraceData,
    readonly times: Times,
    private readonly number: number,
  ) {
    const { memories, residencies, patternEnds } = data;
    this.fact = memories[number]!;
    const own: Residency[] = [];
    for (let i = 0; i < residencies.length; i += RESIDENCY_NUMBERS) {
      if (residencies[i] !== number) continue;
      const [, begin, end, writer, reader] = residencies.subarray(i, i + RESIDENCY_NUMBERS);
      own.push({ begin: begin!, end: end!, writer: writer!, reader: reader! });
    }
    this.residencies = own;
    this.marks = [...patternEnds].map((end, i) =>
      marksBetween(data, number, patternEnds[i - 1] ?? 0, end),
    );
    const ends = [...own, ...this.marks.flat()].map(({ end }) => end);
    this.used = ends.reduce((most, end) => Math.max(most, end), 0);
  }

  marksOf(instruction: number): readonly Mark[] {
    return this.marks[this.data.patterns[instruction]!]!;
  }

  /** Whether an instruction writes an element, zeros of padding included. */
  writes(instruction: number, element: number): boolean {
    return this.marksOf(instruction).some(
      ({ begin, end, cell }) => cell !== CELL.read && begin <= element && element < end,
    );
  }

  /**
   * The first values that an instruction writes to an element; undefined if it does not, or they were not
   * recorded.
   */
  valuesOf(instruction: number, element: number): readonly number[] | undefined {
    const { values, valueEnds, valuesPerElement } = this.data;
    if (values === undefined || valueEnds === undefined || valuesPerElement === undefined) {
      return undefined;
    }
    let at = valueEnds[instruction - 1] ?? 0;
    if (valueEnds[instruction] === at) return undefined;
    for (const { memory, begin, end } of writesOf(this.data, instruction)) {
      const count = valuesPerElement[memory]!;
      if (memory === this.number && begin <= element && element < end) {
        const first = at + (element - begin) * count;
        return [...values.subarray(first, first + count)];
      }
      at += (end - begin) * count;
    }
    return undefined;
  }

  /** The first element that an instruction writes. */
  firstWritten(instruction: number): number | undefined {
    return writesOf(this.data, instruction).find(({ memory }) => memory === this.number)?.begin;
  }

  /** The residency of an element at a time. */
  residencyAt(element: number, time: number): Residency | undefined {
    const { begins, ends } = this.times;
    return this.residencies.find(
      ({ begin, end, writer, reader }) =>
        begin <= element && element < end && begins[writer]! <= time && time < ends[reader]!,
    );
  }

  /** For each used element its state of `CELL` while instructions run. */
  cellsAt(time: number, running: readonly number[]): Uint8Array {
    const { begins, ends } = this.times;
    const cells = new Uint8Array(this.used);
    for (const { begin, end, writer, reader } of this.residencies) {
      if (begins[writer]! <= time && time < ends[reader]!) cells.fill(CELL.occupied, begin, end);
    }
    const marks = running.flatMap((instruction) => this.marksOf(instruction));
    marks.sort((a, b) => a.cell - b.cell);
    for (const { begin, end, cell } of marks) cells.fill(cell, begin, end);
    return cells;
  }

  /**
   * The instruction at a place: one that accesses elements `begin` to `end` between two times, or else the
   * writer of their values.
   */
  instructionAt(begin: number, end: number, from: number, to: number): number | undefined {
    const { begins, ends } = this.times;
    let best: number | undefined;
    let bestCell = 0;
    for (let i = 0; i < begins.length; i++) {
      if (begins[i]! >= to || ends[i]! <= from) continue;
      for (const mark of this.marksOf(i)) {
        if (mark.begin < end && begin < mark.end && mark.cell > bestCell) {
          [best, bestCell] = [i, mark.cell];
        }
      }
    }
    return best ?? this.residencyAt(begin, from)?.writer;
  }
}

/** The reads, writes without padding, and padding of the accesses `first` to `last`. */
function marksBetween(
  { accesses }: TraceData,
  memory: number,
  first: number,
  last: number,
): Mark[] {
  const marks: Mark[][] = [[], [], []];
  for (let i = first; i < last; i++) {
    const [of, done, begin, end] = accesses.subarray(ACCESS_NUMBERS * i, ACCESS_NUMBERS * (i + 1));
    const cell = [CELL.read, CELL.written, CELL.padded][done!]!;
    if (of === memory) marks[done!]!.push({ begin: begin!, end: end!, cell });
  }
  const [reads, writes, padding] = marks as [Mark[], Mark[], Mark[]];
  return [...reads, ...without(writes, padding), ...padding];
}

function without(marks: readonly Mark[], padding: readonly Mark[]): Mark[] {
  let rest = [...marks];
  for (const { begin, end } of padding) {
    rest = rest.flatMap((mark) =>
      [
        { ...mark, end: Math.min(mark.end, begin) },
        { ...mark, begin: Math.max(mark.begin, end) },
      ].filter((part) => part.begin < part.end),
    );
  }
  return rest;
}
