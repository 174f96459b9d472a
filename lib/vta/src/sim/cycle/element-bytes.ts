import { UOP_BYTES, type Hardware } from "../../hardware";
import { CLIENT, isByteLoad, type StreamPlan } from "./stream-plan";

/** Bytes of an element in DRAM, by memory. */
export interface ElementBytes {
  readonly inp: number;
  readonly wgt: number;
  readonly acc: number;
  /** For accumulators that are loaded as 8-bit integers. */
  readonly acc8: number;
  readonly out: number;
}

export function elementBytesOf(hardware: Hardware): ElementBytes {
  return {
    inp: hardware.INP_ELEM_BYTES,
    wgt: hardware.WGT_ELEM_BYTES,
    acc: hardware.ACC_ELEM_BYTES,
    acc8: hardware.ACC_ELEM_BYTES / 4,
    out: hardware.OUT_ELEM_BYTES,
  };
}

/** Bytes of an element that a LOAD reads. */
export function loadedElementBytes(bytes: ElementBytes, plan: StreamPlan, index: number): number {
  switch (plan.client[index]) {
    case CLIENT.INP:
      return bytes.inp;
    case CLIENT.WGT:
      return bytes.wgt;
    case CLIENT.ACC:
      return isByteLoad(plan, index) ? bytes.acc8 : bytes.acc;
    default:
      return UOP_BYTES;
  }
}
