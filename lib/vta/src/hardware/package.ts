/**
 * What tools outside the compiler need of a configuration: names, paths and C macros.
 */

import { boards, type Board } from "./boards";
import { deriveKeys, type VtaConfig } from "./schema";
import { hardwareShape } from "./shape";

/** `1x16_i8w8a32_15_15_18_17`: batch, block and widths as they are, buffer sizes as logarithms. */
export function bitstreamName(config: VtaConfig): string {
  const bits = (log: number): number => 2 ** log;
  return (
    `${bits(config.LOG_BATCH)}x${bits(config.LOG_BLOCK)}_` +
    `i${bits(config.LOG_INP_WIDTH)}w${bits(config.LOG_WGT_WIDTH)}a${bits(config.LOG_ACC_WIDTH)}_` +
    `${config.LOG_UOP_BUFF_SIZE}_${config.LOG_INP_BUFF_SIZE}_` +
    `${config.LOG_WGT_BUFF_SIZE}_${config.LOG_ACC_BUFF_SIZE}`
  );
}

/** `sim_1x16_i8w8a32_15_15_18_17`: target and bitstream, the name of a model. */
export function modelName(config: VtaConfig): string {
  return `${config.TARGET}_${bitstreamName(config)}`;
}

/** Where a downloaded bitstream is kept; `cache` is `$VTA_CACHE_PATH` or `~/.vta_cache`. */
export function bitstreamCachePath(config: VtaConfig, cache: string): string {
  const version = config.HW_VER.replaceAll(".", "_");
  return `${cache}/${config.TARGET}/${version}/${bitstreamName(config)}.bit`;
}

/** Where the VTA project offers the bitstream. */
export function bitstreamUrl(config: VtaConfig): string {
  const root = "https://github.com/uwsampl/vta-distro/raw/master/bitstreams";
  return `${root}/${config.TARGET}/${config.HW_VER}/${bitstreamName(config)}.bit`;
}

/** How one on-chip memory is built from the FPGA's: ports at most 1024 bits wide, several banks. */
export interface MemoryLayout {
  readonly banks: number;
  /** Bits of a bank's port. */
  readonly width: number;
  /** Elements. */
  readonly depth: number;
  /** Bus words in a port's width, rounded down. */
  readonly axiRatio: number;
}

const MAX_PORT_BITS = 1024;

function memoryLayout(logElemBits: number, logBytes: number, board: Board): MemoryLayout {
  const elemBits = 2 ** logElemBits;
  const width = Math.min(elemBits, MAX_PORT_BITS);
  return {
    banks: Math.ceil(elemBits / MAX_PORT_BITS),
    width,
    depth: Math.floor((2 ** logBytes * 8) / elemBits),
    axiRatio: Math.floor(width / 2 ** board.logAxiBusWidth),
  };
}

/** The layouts of the input, weight and output memories on the target's board. */
export function memoryLayouts(config: VtaConfig): Record<"inp" | "wgt" | "out", MemoryLayout> {
  const board = boards[config.TARGET];
  const shape = hardwareShape(config);
  const { LOG_OUT_BUFF_SIZE } = deriveKeys(config);
  return {
    inp: memoryLayout(shape.logInpElemBits, config.LOG_INP_BUFF_SIZE, board),
    wgt: memoryLayout(shape.logWgtElemBits, config.LOG_WGT_BUFF_SIZE, board),
    out: memoryLayout(shape.logOutElemBits, LOG_OUT_BUFF_SIZE, board),
  };
}

/** Offsets of the registers of the four modules; 0x00 to 0x0c control the module itself. */
export const registers = {
  fetchInsnCount: 0x10,
  fetchInsnAddr: 0x18,
  loadInpAddr: 0x10,
  loadWgtAddr: 0x18,
  computeDoneWrite: 0x10,
  computeDoneRead: 0x18,
  computeUopAddr: 0x20,
  computeBiasAddr: 0x28,
  storeOutAddr: 0x10,
} as const;

const hex = (address: number): string => `0x${address.toString(16).toUpperCase()}`;

/** The `-D` options that C and HLS sources of the accelerator are compiled with, in order. */
export function macros(config: VtaConfig): string[] {
  const board = boards[config.TARGET];
  const values: Record<string, string | number> = {
    ...config,
    ...deriveKeys(config),
    LOG_BUS_WIDTH: board.logAxiBusWidth,
    IP_REG_MAP_RANGE: hex(board.ipRegMapRange),
    FETCH_ADDR: hex(board.fetchBaseAddr),
    LOAD_ADDR: hex(board.loadBaseAddr),
    COMPUTE_ADDR: hex(board.computeBaseAddr),
    STORE_ADDR: hex(board.storeBaseAddr),
    FETCH_INSN_COUNT_OFFSET: registers.fetchInsnCount,
    FETCH_INSN_ADDR_OFFSET: registers.fetchInsnAddr,
    LOAD_INP_ADDR_OFFSET: registers.loadInpAddr,
    LOAD_WGT_ADDR_OFFSET: registers.loadWgtAddr,
    COMPUTE_DONE_WR_OFFSET: registers.computeDoneWrite,
    COMPUTE_DONE_RD_OFFSET: registers.computeDoneRead,
    COMPUTE_UOP_ADDR_OFFSET: registers.computeUopAddr,
    COMPUTE_BIAS_ADDR_OFFSET: registers.computeBiasAddr,
    STORE_OUT_ADDR_OFFSET: registers.storeOutAddr,
    COHERENT_ACCESSES: "true",
  };
  return Object.entries(values).map(([name, value]) => `-DVTA_${name}=${value}`);
}
