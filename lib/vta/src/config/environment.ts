/**
 * The environment: a configuration with everything that follows from it, as the compiler, the
 * runtime and the simulators read it.
 *
 * Constants carry the reference's names in capitals (`env.BATCH`, `env.LOG_ACC_WIDTH`); data types,
 * scopes and pragmas are in camelCase (`env.accDtype`, `env.accScope`, `env.dmaCopy`).
 */

import { UsageError, type te } from "tvm-ts";
import { gemm } from "../intrin";
import { bitstreamName, modelName } from "./package";
import {
  deriveKeys,
  parseConfig,
  type DerivedKeys,
  type TargetName,
  type VtaConfig,
} from "./schema";
import { checkFeasible, shapeOf, type Shape } from "./shape";

const HOSTS: Readonly<Record<TargetName, string | undefined>> = {
  sim: "llvm",
  tsim: "llvm",
  intelfocl: "llvm",
  pynq: "llvm -mtriple=armv7-none-linux-gnueabihf",
  de10nano: "llvm -mtriple=armv7-none-linux-gnueabihf",
  ultra96: "llvm -mtriple=aarch64-linux-gnu",
  zcu104: undefined,
};

/**
 * An immutable description of one accelerator. Two of different shapes can be alive at once.
 * @example
 * const env = vta.getEnv();
 * [env.BATCH, env.BLOCK_IN, env.BLOCK_OUT] // => 1,16,16
 * env.accDtype // => int32
 */
export class Environment implements VtaConfig, DerivedKeys {
  readonly config: VtaConfig;
  /** Depths and element sizes of the on-chip memories, as logarithms. */
  readonly shape: Shape;
  /** In a mock environment the accelerator's work compiles to nothing. */
  readonly mockMode: boolean;

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

  readonly inpDtype: string;
  readonly wgtDtype: string;
  readonly accDtype: string;
  readonly outDtype: string;

  /** Storage scopes of the on-chip memories. */
  readonly inpScope = "local.inp_buffer";
  readonly wgtScope = "local.wgt_buffer";
  readonly accScope = "local.acc_buffer";

  private mockCopy: Environment | undefined;
  private gemmIntrin: te.TensorIntrin | undefined;

  /** @throws UsageError when the configuration is malformed, or no hardware can have it. */
  constructor(config: VtaConfig, mockMode = false) {
    const checked = Object.freeze(parseConfig(config));
    checkFeasible(checked);
    const derived = deriveKeys(checked);
    const shape = shapeOf(checked);
    this.config = checked;
    this.shape = shape;
    this.mockMode = mockMode;

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
    this.inpDtype = `int${this.INP_WIDTH}`;
    this.wgtDtype = `int${this.WGT_WIDTH}`;
    this.accDtype = `int${this.ACC_WIDTH}`;
    this.outDtype = `int${this.OUT_WIDTH}`;
  }

  /** The same accelerator doing nothing, to time or look at the rest of a program. */
  get mock(): Environment {
    if (this.mockMode) return this;
    this.mockCopy ??= new Environment(this.config, true);
    return this.mockCopy;
  }

  /** Pragma key: copy between DRAM and an on-chip memory. */
  get dmaCopy(): string {
    return this.mockMode ? "skip_dma_copy" : "dma_copy";
  }

  /** Pragma key: compute with the ALU. */
  get alu(): string {
    return this.mockMode ? "skip_alu" : "alu";
  }

  /** Tensor intrinsic: multiply blocks that lie in the on-chip memories. */
  get gemm(): te.TensorIntrin {
    this.gemmIntrin ??= gemm(this);
    return this.gemmIntrin;
  }

  /** The device's target as text. */
  get target(): string {
    return `ext_dev -keys=vta,cpu -device=vta -model=${this.MODEL}`;
  }

  /**
   * The target that host code for this accelerator is compiled for.
   * @throws UsageError for zcu104, whose host nobody has described.
   */
  get targetHost(): string {
    const host = HOSTS[this.TARGET];
    if (host === undefined) {
      throw new UsageError(
        `no host target is known for ${this.TARGET}; pass {host: "..."} to the target yourself`,
      );
    }
    return host;
  }
}
