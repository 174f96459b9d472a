/**
 * The sample configurations, one for each target, with the facts of its board.
 *
 * All samples share one shape (1x16 blocks, 8-bit operands, 32-bit accumulators); they differ in their
 * boards.
 */

import type { TargetName, VtaConfig } from "./schema";

/** A board's FPGA and how the accelerator's modules are mapped into its address space. */
export interface Board {
  /** Part number and family, as the vendor's tools spell them. */
  readonly fpgaDevice: string;
  readonly fpgaFamily: string;
  readonly fpgaBoard: string | undefined;
  readonly fpgaBoardRev: string | undefined;
  /** Clock in MHz, and the period in ns that synthesis aims at. */
  readonly fpgaFreq: number;
  readonly fpgaPeriod: number;
  readonly logAxiBusWidth: number;
  readonly axiCacheBits: string;
  readonly axiProtBits: string;
  /** Where each module's registers start; every range is `ipRegMapRange` long. */
  readonly fetchBaseAddr: number;
  readonly loadBaseAddr: number;
  readonly computeBaseAddr: number;
  readonly storeBaseAddr: number;
  readonly ipRegMapRange: number;
}

/** Four modules, a page of registers each. */
function registersAt(base: number) {
  return {
    fetchBaseAddr: base,
    loadBaseAddr: base + 0x1000,
    computeBaseAddr: base + 0x2000,
    storeBaseAddr: base + 0x3000,
    ipRegMapRange: 0x1000,
    axiCacheBits: "1111",
  };
}

const PYNQ: Board = {
  fpgaDevice: "xc7z020clg484-1",
  fpgaFamily: "zynq-7000",
  fpgaBoard: undefined,
  fpgaBoardRev: undefined,
  fpgaFreq: 100,
  fpgaPeriod: 7,
  logAxiBusWidth: 6,
  axiProtBits: "000",
  ...registersAt(0x43c00000),
};

const ULTRA96: Board = {
  fpgaDevice: "xczu3eg-sbva484-1-e",
  fpgaFamily: "zynq-ultrascale+",
  fpgaBoard: undefined,
  fpgaBoardRev: undefined,
  fpgaFreq: 333,
  fpgaPeriod: 2,
  logAxiBusWidth: 7,
  axiProtBits: "010",
  ...registersAt(0xa0000000),
};

const ZCU104: Board = {
  ...ULTRA96,
  fpgaDevice: "xczu7ev-ffvc1156-2-e",
  fpgaBoard: "xilinx.com:zcu104:part0",
  fpgaBoardRev: "1.1",
};

const DE10NANO: Board = {
  fpgaDevice: "5CSEBA6U23I7",
  fpgaFamily: "Cyclone V",
  fpgaBoard: undefined,
  fpgaBoardRev: undefined,
  fpgaFreq: 100,
  fpgaPeriod: 2,
  logAxiBusWidth: 6,
  axiProtBits: "100",
  ...registersAt(0xff220000),
};

/** Simulators and OpenCL boards have no FPGA facts of their own and take Pynq's. */
export const boards: Readonly<Record<TargetName, Board>> = {
  sim: PYNQ,
  tsim: PYNQ,
  pynq: PYNQ,
  ultra96: ULTRA96,
  zcu104: ZCU104,
  de10nano: DE10NANO,
  intelfocl: PYNQ,
};

function sample(TARGET: TargetName, HW_VER = "0.0.2"): VtaConfig {
  return Object.freeze({
    TARGET,
    HW_VER,
    LOG_INP_WIDTH: 3,
    LOG_WGT_WIDTH: 3,
    LOG_ACC_WIDTH: 5,
    LOG_BATCH: 0,
    LOG_BLOCK: 4,
    LOG_UOP_BUFF_SIZE: 15,
    LOG_INP_BUFF_SIZE: 15,
    LOG_WGT_BUFF_SIZE: 18,
    LOG_ACC_BUFF_SIZE: 17,
  });
}

/** The configuration that each target comes with; `samples.sim` is the default one. */
export const samples: Readonly<Record<TargetName, VtaConfig>> = {
  sim: sample("sim"),
  tsim: sample("tsim"),
  pynq: sample("pynq"),
  ultra96: sample("ultra96"),
  zcu104: sample("zcu104", "0.0.1"),
  de10nano: sample("de10nano"),
  intelfocl: sample("intelfocl"),
};
