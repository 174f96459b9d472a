/**
 * How a program used the on-chip memories: when each element held a value that was still needed.
 *
 *     LOAD INP 0..16 ... GEMM reads 0..16 ... GEMM reads 0..8      0..8  occupied until the second GEMM
 *                                                                  8..16 occupied until the first
 */

import type { Hardware } from "../hardware";
import { geometryOf, ON_CHIP, type Extent, type OnChipName } from "./accesses";
import type { TraceEntry } from "./trace-entry";

/** Elements with the same writer and the same last reader. */
export interface Residency extends Extent {
  readonly writer: TraceEntry;
  /**
   * The last instruction that read them before they were overwritten; undefined if there was none.
   */
  readonly reader: TraceEntry | undefined;
}

export interface MemoryUse {
  readonly memory: OnChipName;
  /** The number of elements, and the bytes of an element. */
  readonly depth: number;
  readonly elementBytes: number;
  /** Elements that were written at least once. */
  readonly touched: number;
  /** The most elements that were needed at the same time. */
  readonly peak: number;
  /** Elements needed at the same time, on average over the instructions. */
  readonly average: number;
  /** Elements that were written and not read before the next write, counted for each write. */
  readonly unread: number;
  readonly residencies: readonly Residency[];
}

/**
 * The use of the memories INP, WGT, ACC and UOP, in this order. Time is counted in instructions of
 * the stream, or in cycles if they are known.
 */
export function memoryUse(env: Hardware, entries: readonly TraceEntry[]): readonly MemoryUse[] {
  const inOrder = [...entries].sort(
    (a, b) => a.run - b.run || (a.cycles?.begin ?? 0) - (b.cycles?.begin ?? 0) || a.index - b.index,
  );
  return ON_CHIP.map((memory) => {
    const tracker = new MemoryTracker(memory, geometryOf(env, memory).depth, inOrder);
    return { memory, ...geometryOf(env, memory), ...tracker.use() };
  });
}

const NEVER = -1;

/** Tracks a memory through the instructions. */
class MemoryTracker {
  /** By element: the indices in `entries` of its last writer, and of the last reader since then. */
  private readonly writers: Int32Array;
  private readonly readers: Int32Array;
  private readonly residencies: Residency[] = [];
  /** The change of the number of needed elements at each instruction. */
  private readonly changes: Int32Array;
  private unread = 0;
  private touched = 0;

  constructor(
    private readonly memory: OnChipName,
    private readonly depth: number,
    private readonly entries: readonly TraceEntry[],
  ) {
    this.writers = new Int32Array(depth).fill(NEVER);
    this.readers = new Int32Array(depth).fill(NEVER);
    this.changes = new Int32Array(entries.length + 1);
  }

  use(): Pick<MemoryUse, "touched" | "peak" | "average" | "unread" | "residencies"> {
    const { memory, writers, readers } = this;
    this.entries.forEach((entry, place) => {
      for (const read of entry.sramReads) {
        if (read.memory === memory) readers.fill(place, read.begin, read.end);
      }
      for (const write of entry.sramWrites) {
        if (write.memory !== memory) continue;
        this.end(write, place);
        writers.fill(place, write.begin, write.end);
        readers.fill(NEVER, write.begin, write.end);
      }
    });
    this.touched = this.depth - writers.filter((writer) => writer === NEVER).length;
    this.end({ begin: 0, end: this.depth }, this.entries.length);
    return {
      ...this.load(),
      touched: this.touched,
      unread: this.unread,
      residencies: this.residencies,
    };
  }

  /** Ends the residencies of the elements of `extent` at `place`. */
  private end(extent: Extent, place: number): void {
    const { writers, readers } = this;
    let { begin } = extent;
    while (begin < extent.end) {
      const writer = writers[begin]!;
      const reader = readers[begin]!;
      let end = begin + 1;
      while (end < extent.end && writers[end] === writer && readers[end] === reader) end++;
      if (writer !== NEVER) this.add(begin, end, writer, reader, place);
      begin = end;
    }
  }

  private add(begin: number, end: number, writer: number, reader: number, place: number): void {
    const size = end - begin;
    if (reader === NEVER) this.unread += size;
    this.residencies.push({
      begin,
      end,
      writer: this.entries[writer]!,
      reader: this.entries[reader],
    });
    // An element that an instruction reads and overwrites counts once.
    const last = Math.max(writer, reader) + 1;
    this.changes[writer]! += size;
    this.changes[Math.min(last, place)]! -= size;
  }

  private load(): { peak: number; average: number } {
    let needed = 0;
    let peak = 0;
    let sum = 0;
    for (let place = 0; place < this.entries.length; place++) {
      needed += this.changes[place]!;
      peak = Math.max(peak, needed);
      sum += needed;
    }
    return { peak, average: this.entries.length === 0 ? 0 : sum / this.entries.length };
  }
}
