/**
 * An allocator of address ranges; it does not access the memory itself.
 *
 * Free ranges are kept in bins by the power of two below their size, and a freed range merges with
 * its neighbours, so after any order of allocating and freeing everything there is a single free
 * range.
 */

import { InternalError } from "../../support";

/** Every range starts and ends at a multiple of this. */
const GRAIN = 64;

const roundUp = (bytes: number, unit: number): number => Math.ceil(bytes / unit) * unit;
const binOf = (bytes: number): number => 31 - Math.clz32(bytes / GRAIN);

export class Allocator {
  /** Sizes of free ranges by their starts, and starts by their ends. */
  private readonly freeSize = new Map<number, number>();
  private readonly freeStart = new Map<number, number>();
  private readonly bins: Set<number>[] = Array.from({ length: 32 }, () => new Set<number>());
  private readonly taken = new Map<number, number>();
  private end: number;
  private takenBytes = 0;

  /**
   * @param start the first address that is allocated
   * @param grow makes addresses below `end` usable, or throws
   */
  constructor(
    start: number,
    private readonly grow: (end: number) => void,
  ) {
    this.end = roundUp(start, GRAIN);
  }

  /** Allocated bytes. */
  get usedBytes(): number {
    return this.takenBytes;
  }

  /** Whether `address` is the start of an allocated range. */
  owns(address: number): boolean {
    return this.taken.has(address);
  }

  /** Allocates `bytes` bytes at a multiple of `alignment` (a power of two). */
  alloc(bytes: number, alignment = GRAIN): number {
    const size = roundUp(Math.max(bytes, 1), GRAIN);
    // Room to move the start up to the alignment; the remainder on either side is freed.
    const room = alignment <= GRAIN ? size : size + alignment;
    const block = this.findFree(room) ?? this.extend(room);
    const start = roundUp(block, Math.max(alignment, GRAIN));
    const blockEnd = block + this.removeFree(block);
    if (start > block) this.addFree(block, start - block);
    if (blockEnd > start + size) this.addFree(start + size, blockEnd - start - size);
    this.taken.set(start, size);
    this.takenBytes += size;
    return start;
  }

  /** Frees a range. */
  free(address: number): void {
    const size = this.taken.get(address);
    if (size === undefined) {
      throw new InternalError(`address ${address} was freed and is not the start of an allocation`);
    }
    this.taken.delete(address);
    this.takenBytes -= size;
    let start = address;
    let end = address + size;
    const before = this.freeStart.get(start);
    if (before !== undefined) {
      this.removeFree(before);
      start = before;
    }
    if (this.freeSize.has(end)) end += this.removeFree(end);
    this.addFree(start, end - start);
  }

  private findFree(bytes: number): number | undefined {
    const first = binOf(bytes);
    for (const start of this.bins[first]!) {
      if (this.freeSize.get(start)! >= bytes) return start;
    }
    for (let bin = first + 1; bin < this.bins.length; bin++) {
      for (const start of this.bins[bin]!) return start;
    }
    return undefined;
  }

  /** Grows the memory to get a free range of at least `bytes` at its end. */
  private extend(bytes: number): number {
    const tail = this.freeStart.get(this.end);
    const start = tail ?? this.end;
    const end = start + bytes;
    this.grow(end);
    if (tail !== undefined) this.removeFree(tail);
    this.end = end;
    this.addFree(start, bytes);
    return start;
  }

  private addFree(start: number, size: number): void {
    this.freeSize.set(start, size);
    this.freeStart.set(start + size, start);
    this.bins[binOf(size)]!.add(start);
  }

  private removeFree(start: number): number {
    const size = this.freeSize.get(start)!;
    this.freeSize.delete(start);
    this.freeStart.delete(start + size);
    this.bins[binOf(size)]!.delete(start);
    return size;
  }
}
