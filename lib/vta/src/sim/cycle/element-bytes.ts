import type { Hardware } from "../../hardware";

/** Bytes in DRAM of an element of each memory. */
export interface ElementBytes {
  readonly inp: number;
  readonly wgt: number;
  readonly acc: number;
  readonly out: number;
}

export function elementBytesOf(hardware: Hardware): ElementBytes {
  return {
    inp: hardware.INP_ELEM_BYTES,
    wgt: hardware.WGT_ELEM_BYTES,
    acc: hardware.ACC_ELEM_BYTES,
    out: hardware.OUT_ELEM_BYTES,
  };
}
