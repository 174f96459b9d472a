/**
 * A configuration with every size that follows from it, as the runtime and the simulators read it.
 * Constants carry the reference's names in capitals (`hardware.BATCH`, `hardware.LOG_ACC_WIDTH`).
 */

import { bitstreamName, modelName } from "./package";
import {
  deriveKeys,
  parseConfig,
  type DerivedKeys,
  type TargetName,
  type VtaConfig,
} from "./schema";
import { checkFeasible, hardwareShape, type HardwareShape } from "./shape";

/** The immutable description of one accelerator. Several of different shapes can be used at the same time. */
export class Hardware implements VtaConfig, DerivedKeys {
  readonly config: VtaConfig;
  /** Depths and element sizes of the on-chip memories, as logarithms. */
  readonly shape: HardwareShape;

  readonly TARGET: TargetName;
  readonly HW_VER: string;
  readonly LOG_INP_WIDTH: number;
  readonly LOG_WGT_WIDTH: number;
  readonly LOG_ACC_WIDTH: number;
  readonly LOG_OUT_WIDTH: number;
  readonly LOG_BATCH: number;
  readonly LOG_BLOCK: number;
  readonly LOG_BLOCK_IN: number;
  readonly LOG_BLOCK_OUT: number;
  readonly LOG_UOP_BUFF_SIZE: number;
  readonly LOG_INP_BUFF_SIZE: number;
  readonly LOG_WGT_BUFF_SIZE: number;
  readonly LOG_ACC_BUFF_SIZE: number;
  readonly LOG_OUT_BUFF_SIZE: number;

  /** Bits of one value. */
  readonly INP_WIDTH: number;
  readonly WGT_WIDTH: number;
  readonly ACC_WIDTH: number;
  readonly OUT_WIDTH: number;

  /** One GEMM: `[BATCH, BLOCK_IN] x [BLOCK_OUT, BLOCK_IN]^T -> [BATCH, BLOCK_OUT]`. */
  readonly BATCH: number;
  readonly BLOCK_IN: number;
  readonly BLOCK_OUT: number;

  /** Bytes of the on-chip memories. */
  readonly UOP_BUFF_SIZE: number;
  readonly INP_BUFF_SIZE: number;
  readonly WGT_BUFF_SIZE: number;
  readonly ACC_BUFF_SIZE: number;
  readonly OUT_BUFF_SIZE: number;

  /** Size of one element of each memory, in bits and in bytes of DRAM. */
  readonly INP_ELEM_BITS: number;
  readonly WGT_ELEM_BITS: number;
  readonly ACC_ELEM_BITS: number;
  readonly OUT_ELEM_BITS: number;
  readonly INP_ELEM_BYTES: number;
  readonly WGT_ELEM_BYTES: number;
  readonly ACC_ELEM_BYTES: number;
  readonly OUT_ELEM_BYTES: number;

  readonly BITSTREAM: string;
  /** Names the accelerator in a target: `sim_1x16_i8w8a32_15_15_18_17`. */
  readonly MODEL: string;

  /** @throws UsageError when the configuration is malformed, or cannot be built as hardware. */
  constructor(config: VtaConfig) {
    const checked = Object.freeze(parseConfig(config));
    checkFeasible(checked);
    const derived = deriveKeys(checked);
    const shape = hardwareShape(checked);
    this.config = checked;
    this.shape = shape;

    this.TARGET = checked.TARGET;
    this.HW_VER = checked.HW_VER;
    this.LOG_INP_WIDTH = checked.LOG_INP_WIDTH;
    this.LOG_WGT_WIDTH = checked.LOG_WGT_WIDTH;
    this.LOG_ACC_WIDTH = checked.LOG_ACC_WIDTH;
    this.LOG_OUT_WIDTH = derived.LOG_OUT_WIDTH;
    this.LOG_BATCH = checked.LOG_BATCH;
    this.LOG_BLOCK = checked.LOG_BLOCK;
    this.LOG_BLOCK_IN = derived.LOG_BLOCK_IN;
    this.LOG_BLOCK_OUT = derived.LOG_BLOCK_OUT;
    this.LOG_UOP_BUFF_SIZE = checked.LOG_UOP_BUFF_SIZE;
    this.LOG_INP_BUFF_SIZE = checked.LOG_INP_BUFF_SIZE;
    this.LOG_WGT_BUFF_SIZE = checked.LOG_WGT_BUFF_SIZE;
    this.LOG_ACC_BUFF_SIZE = checked.LOG_ACC_BUFF_SIZE;
    this.LOG_OUT_BUFF_SIZE = derived.LOG_OUT_BUFF_SIZE;

    this.INP_WIDTH = 2 ** checked.LOG_INP_WIDTH;
    this.WGT_WIDTH = 2 ** checked.LOG_WGT_WIDTH;
    this.ACC_WIDTH = 2 ** checked.LOG_ACC_WIDTH;
    this.OUT_WIDTH = 2 ** derived.LOG_OUT_WIDTH;
    this.BATCH = 2 ** checked.LOG_BATCH;
    this.BLOCK_IN = 2 ** derived.LOG_BLOCK_IN;
    this.BLOCK_OUT = 2 ** derived.LOG_BLOCK_OUT;
    this.UOP_BUFF_SIZE = 2 ** checked.LOG_UOP_BUFF_SIZE;
    this.INP_BUFF_SIZE = 2 ** checked.LOG_INP_BUFF_SIZE;
    this.WGT_BUFF_SIZE = 2 ** checked.LOG_WGT_BUFF_SIZE;
    this.ACC_BUFF_SIZE = 2 ** checked.LOG_ACC_BUFF_SIZE;
    this.OUT_BUFF_SIZE = 2 ** derived.LOG_OUT_BUFF_SIZE;
    this.INP_ELEM_BITS = 2 ** shape.logInpElemBits;
    this.WGT_ELEM_BITS = 2 ** shape.logWgtElemBits;
    this.ACC_ELEM_BITS = 2 ** shape.logAccElemBits;
    this.OUT_ELEM_BITS = 2 ** shape.logOutElemBits;
    this.INP_ELEM_BYTES = this.INP_ELEM_BITS / 8;
    this.WGT_ELEM_BYTES = this.WGT_ELEM_BITS / 8;
    this.ACC_ELEM_BYTES = this.ACC_ELEM_BITS / 8;
    this.OUT_ELEM_BYTES = this.OUT_ELEM_BITS / 8;

    this.BITSTREAM = bitstreamName(checked);
    this.MODEL = modelName(checked);
  }
}
