/**
 * The accelerator's DRAM: a linear memory, allocated in pages of 4 KiB.
 *
 * A physical address is an offset in that memory, so arrays, compiled host code and simulators
 * share it and nothing is copied between them. The first page is never allocated, so address 0 is
 * not used. As in the reference's memory manager, a request takes the smallest freed block that
 * fits, and blocks are neither split nor merged.
 */

import { DeviceError, UsageError } from "tvm-ts";
import { DRAM_PAGE_BYTES } from "../hardware";

// A local copy: it is read for every transfer, and imports are slower.
const PAGE = DRAM_PAGE_BYTES;
const WASM_PAGE_BYTES = 65536;
const MAX_WASM_PAGES = 65536;

/** A buffer: `pages` pages from address `start` on. */
export interface Block {
  readonly start: number;
  readonly pages: number;
  /** Whether it is in use. */
  live: boolean;
}

/** An address in messages. */
export function hex(address: number): string {
  return `0x${address.toString(16).padStart(8, "0")}`;
}

export class Dram {
  /** Shared, at most 4 GiB; grown by this class alone. */
  readonly memory: WebAssembly.Memory;
  /** The block of each page; undefined for page 0 and reserved pages. */
  private readonly pageTable: (Block | undefined)[] = [undefined];
  /** Freed blocks by their size in pages, oldest first; sizes in ascending order. */
  private readonly freeBlocks = new Map<number, Block[]>();
  private freeSizes: number[] = [];
  private takenBytes = 0;
  private byteWindow: Uint8Array;
  private wordWindow: Uint32Array;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_WASM_PAGES, shared: true });
    this.byteWindow = new Uint8Array(this.memory.buffer);
    this.wordWindow = new Uint32Array(this.memory.buffer);
  }

  /** All bytes at the memory's current size; read again after an allocation. */
  get bytes(): Uint8Array {
    return this.byteWindow;
  }

  /** The same memory as 32-bit words. */
  get words(): Uint32Array {
    return this.wordWindow;
  }

  /** Bytes of the pages in use. */
  get usedBytes(): number {
    return this.takenBytes;
  }

  /**
   * Allocates pages for `bytes` bytes, uninitialized.
   * @returns the physical address, a multiple of 4096
   * @throws DeviceError when 4 GiB or the host's memory are used up.
   */
  alloc(bytes: number): number {
    const pages = Math.max(1, Math.ceil(bytes / PAGE));
    const block = this.takeFree(pages) ?? this.append(pages);
    block.live = true;
    this.takenBytes += block.pages * PAGE;
    return block.start;
  }

  /** Frees a block. @throws UsageError unless `address` is the start of a block in use. */
  free(address: number): void {
    const block = this.blockAt(address);
    if (block === undefined || block.start !== address) {
      throw new UsageError(
        "vta-dram",
        `${hex(address)} is not the start of a buffer in device memory`,
      );
    }
    block.live = false;
    this.takenBytes -= block.pages * PAGE;
    const same = this.freeBlocks.get(block.pages);
    if (same !== undefined) {
      same.push(block);
      return;
    }
    this.freeBlocks.set(block.pages, [block]);
    this.freeSizes = [...this.freeBlocks.keys()].sort((a, b) => a - b);
  }

  /** Zeroed memory that instructions cannot address, for a simulator's on-chip memories. */
  reserve(bytes: number): number {
    const start = this.pageTable.length * PAGE;
    const pages = Math.ceil(bytes / PAGE);
    this.growTo(start + pages * PAGE);
    for (let i = 0; i < pages; i++) this.pageTable.push(undefined);
    return start;
  }

  /** Whether `bytes` bytes from `address` on are inside a block in use. */
  contains(address: number, bytes: number): boolean {
    const block = this.blockAt(address);
    return block !== undefined && address + bytes <= block.start + block.pages * PAGE;
  }

  /** The block in use that contains `address`, if there is one. */
  blockAt(address: number): Block | undefined {
    const block = this.pageTable[Math.floor(address / PAGE)];
    return block?.live === true ? block : undefined;
  }

  private takeFree(pages: number): Block | undefined {
    const size = this.freeSizes.find((free) => free >= pages);
    if (size === undefined) return undefined;
    const blocks = this.freeBlocks.get(size)!;
    const block = blocks.shift();
    if (blocks.length === 0) {
      this.freeBlocks.delete(size);
      this.freeSizes = this.freeSizes.filter((other) => other !== size);
    }
    return block;
  }

  private append(pages: number): Block {
    const start = this.pageTable.length * PAGE;
    this.growTo(start + pages * PAGE);
    const block: Block = { start, pages, live: true };
    for (let i = 0; i < pages; i++) this.pageTable.push(block);
    return block;
  }

  private growTo(end: number): void {
    const have = this.memory.buffer.byteLength / WASM_PAGE_BYTES;
    const need = Math.ceil(end / WASM_PAGE_BYTES);
    if (need <= have) return;
    try {
      if (need > MAX_WASM_PAGES) throw new RangeError("beyond 32 bits");
      this.memory.grow(need - have);
      this.byteWindow = new Uint8Array(this.memory.buffer);
      this.wordWindow = new Uint32Array(this.memory.buffer);
    } catch (cause) {
      const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
      throw new DeviceError(
        "device-memory",
        `the device's memory is full: ${mib(end)} are needed and ${mib(this.takenBytes)} are in ` +
          "use; free arrays, or make smaller ones",
        { cause },
      );
    }
  }
}
