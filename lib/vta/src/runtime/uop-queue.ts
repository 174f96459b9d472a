/**
 * Which micro-op kernels are in the accelerator's micro-op memory, and where.
 *
 * Kernels are appended until the memory is full; then filling starts again at its beginning, and
 * kernels that are overwritten are no longer resident. Every kernel that a run loads has a place of
 * its own in a DRAM buffer, which stays valid however often it is evicted and loaded again.
 */

import { UsageError } from "tvm-ts";
import type { Dram } from "../accelerator";
import { UOP_BYTES } from "../hardware";
import type { UopKernel } from "./uop-kernel";

/** A transfer that makes a kernel resident; all in micro-ops. */
export interface UopLoad {
  readonly sramBase: number;
  readonly dramBase: number;
  readonly count: number;
}

export class UopQueue {
  private readonly address: number;
  /** Resident kernels, those loaded since the last restart first; new ones go in at `next`. */
  private resident: UopKernel[] = [];
  private next = 0;
  private sramEnd = 0;
  /** Kernels that have been written to DRAM since the last run. */
  private written: UopKernel[] = [];
  private dramEnd = 0;

  /**
   * @param depth micro-ops that the accelerator's memory holds
   * @param capacity bytes of the buffer in DRAM
   */
  constructor(
    private readonly dram: Dram,
    private readonly depth: number,
    private readonly capacity: number,
  ) {
    this.address = dram.alloc(capacity);
  }

  /** Whether the DRAM buffer has room for a kernel, or holds it already. */
  hasRoomFor(kernel: UopKernel): boolean {
    if (kernel.resident || kernel.dramIndex !== undefined) return true;
    return (this.dramEnd + kernel.size) * UOP_BYTES <= this.capacity;
  }

  /**
   * Makes a kernel resident; the caller has seen to it that there is room for it.
   * @returns the transfer that this takes, or undefined if it is resident already
   * @throws UsageError for a kernel larger than the micro-op memory
   */
  place(kernel: UopKernel): UopLoad | undefined {
    if (kernel.resident) return undefined;
    const { size } = kernel;
    if (size > this.depth) {
      throw new UsageError(
        "vta-micro-ops",
        `a kernel of ${size} micro-ops does not fit the micro-op memory of ${this.depth}; ` +
          "split the loops that it unrolls",
      );
    }
    if (this.sramEnd + size > this.depth) {
      this.next = 0;
      this.sramEnd = 0;
    }
    const begin = this.sramEnd;
    const end = begin + size;
    this.evict(end);
    kernel.sramBegin = begin;
    kernel.sramEnd = end;
    this.sramEnd = end;
    this.resident.splice(this.next++, 0, kernel);
    const dramBase = this.address / UOP_BYTES + this.write(kernel);
    return { sramBase: begin, dramBase, count: size };
  }

  /** Forgets what is resident: what is in the memory after a run is not known. */
  reset(): void {
    for (const kernel of this.resident) {
      kernel.sramBegin = 0;
      kernel.sramEnd = 0;
    }
    for (const kernel of this.written) kernel.dramIndex = undefined;
    this.resident = [];
    this.written = [];
    this.next = 0;
    this.sramEnd = 0;
    this.dramEnd = 0;
  }

  /** Gives the DRAM buffer back. */
  free(): void {
    this.dram.free(this.address);
  }

  /** Kernels from an earlier round that begin below `end` are overwritten. */
  private evict(end: number): void {
    let last = this.next;
    while (last < this.resident.length && this.resident[last]!.sramBegin < end) {
      this.resident[last]!.sramBegin = 0;
      this.resident[last]!.sramEnd = 0;
      last++;
    }
    this.resident.splice(this.next, last - this.next);
  }

  /** Puts a kernel into the DRAM buffer, once a run; returns its index there. */
  private write(kernel: UopKernel): number {
    if (kernel.dramIndex !== undefined) return kernel.dramIndex;
    const index = this.dramEnd;
    this.dram.words.set(kernel.words, this.address / UOP_BYTES + index);
    kernel.dramIndex = index;
    this.written.push(kernel);
    this.dramEnd += kernel.size;
    return index;
  }
}
