/**
 * The bytes of DRAM that transfers move. Instructions address DRAM in elements of the memory that
 * they load or store, from address 0; a transfer must stay inside its array's buffer.
 */

import { DeviceError, UsageError } from "tvm-ts";
import { hex, type Dram } from "../accelerator";
import { MEM_ID, DRAM_PAGE_BYTES, UOP_BYTES, type Hardware } from "../hardware";

// A local copy: it is read for every transfer, and imports are slower.
const PAGE = DRAM_PAGE_BYTES;

export class DramTransfers {
  /** Bytes of an element in DRAM, by memory. */
  private readonly elementBytes: readonly number[];

  constructor(
    env: Hardware,
    private readonly dram: Dram,
  ) {
    this.elementBytes = elementBytes(env);
  }

  /**
   * The element at which a transfer of `y` rows of `x` elements, `stride` elements apart, starts.
   * @param kind the kind of instruction, for messages, and its index
   * @param address of the array; the transfer starts `offset` elements after it
   * @throws UsageError for an address that is not in an array; DeviceError for a transfer that
   * leaves the array
   */
  base(
    kind: "LOAD" | "STORE",
    index: number,
    address: number,
    offset: number,
    memory: number,
    x: number,
    y: number,
    stride: number,
  ): number {
    const bytes = this.elementBytes[memory];
    if (bytes === undefined) {
      throw new UsageError("vta-dram", `there is no memory ${memory}; use 0 to 5`);
    }
    // Compiled code passes signed 32-bit numbers; an address is unsigned.
    const start = address >>> 0;
    const block = this.dram.blockAt(start);
    if (start % bytes !== 0 || block === undefined) {
      throw new UsageError(
        "vta-dram",
        `${hex(start)} is not the address of an element of ${bytes} bytes in a buffer of the device`,
      );
    }
    const begin = start + offset * bytes;
    const end = begin + ((y - 1) * stride + x) * bytes;
    const inside = begin >= block.start && end <= block.start + block.pages * PAGE;
    if (!inside && x > 0 && y > 0) {
      throw new DeviceError(
        "vta-dram",
        `instruction ${index} (${kind}) moves DRAM bytes ${hex(begin)} to ${hex(end)}, outside ` +
          `of its array's buffer, which is ${block.pages * PAGE} bytes at ${hex(block.start)}`,
      );
    }
    return begin / bytes;
  }
}

function elementBytes(env: Hardware): readonly number[] {
  const bytes: number[] = [];
  bytes[MEM_ID.UOP] = UOP_BYTES;
  bytes[MEM_ID.WGT] = env.WGT_ELEM_BYTES;
  bytes[MEM_ID.INP] = env.INP_ELEM_BYTES;
  bytes[MEM_ID.ACC] = env.ACC_ELEM_BYTES;
  bytes[MEM_ID.OUT] = env.OUT_ELEM_BYTES;
  bytes[MEM_ID.ACC_8BIT] = env.ACC_ELEM_BYTES / 4;
  return bytes;
}
