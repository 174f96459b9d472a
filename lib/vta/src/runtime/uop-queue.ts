/**
 * Tracks the micro-op kernels in the accelerator's micro-op memory.
 *
 * Kernels are appended until the memory is full; then filling restarts at the beginning, and
 * overwritten kernels are no longer resident. Every kernel of a run is stored once in a DRAM
 * buffer, from which it can be reloaded after an eviction.
 */

import { UsageError } from "tvm-ts";
import type { Dram } from "../accelerator";
import { UOP_BYTES } from "../hardware";
import type { UopKernel } from "./uop-kernel";

/** A transfer that makes a kernel resident; all fields are in micro-ops. */
export interface UopLoad {
  readonly sramBase: number;
  readonly dramBase: number;
  readonly count: number;
}

export class UopQueue {
  private readonly address: number;
  /**
   * Resident kernels, those loaded since the last restart first; new kernels are inserted at
   * `next`.
   */
  private resident: UopKernel[] = [];
  private next = 0;
  private sramEnd = 0;
  /** Kernels written to DRAM since the last run. */
  private written: UopKernel[] = [];
  private dramEnd = 0;

  /**
   * @param depth of the micro-op memory, in micro-ops
   * @param capacity bytes of the buffer in DRAM
   */
  constructor(
    private readonly dram: Dram,
    private readonly depth: number,
    private readonly capacity: number,
  ) {
    this.address = dram.alloc(capacity);
  }

  /** Whether the DRAM buffer has room for a kernel, or has it already. */
  hasRoomFor(kernel: UopKernel): boolean {
    if (kernel.resident || kernel.dramIndex !== undefined) return true;
    return (this.dramEnd + kernel.size) * UOP_BYTES <= this.capacity;
  }

  /**
   * Makes a kernel resident; the caller has checked that the DRAM buffer has room.
   * @returns the necessary transfer, or undefined if it is resident already
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

  /** Forgets the resident kernels: the memory's contents after a run are not known. */
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

  /** Frees the DRAM buffer. */
  free(): void {
    this.dram.free(this.address);
  }

  /** Removes kernels of an earlier round that begin below `end`, which are overwritten. */
  private evict(end: number): void {
    let last = this.next;
    while (last < this.resident.length && this.resident[last]!.sramBegin < end) {
      this.resident[last]!.sramBegin = 0;
      this.resident[last]!.sramEnd = 0;
      last++;
    }
    this.resident.splice(this.next, last - this.next);
  }

  /** Writes a kernel to the DRAM buffer once per run; returns its index there. */
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
