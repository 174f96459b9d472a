/**
 * The environment: an accelerator as schedules see it. Besides its sizes (`env.BATCH`) it has the data types,
 * storage scopes, pragmas and the tensor intrinsic, in camelCase (`env.accDtype`, `env.accScope`,
 * `env.dmaCopy`, `env.gemm`).
 */

import type { te } from "tvm-ts";
import { Hardware, type TargetName, type VtaConfig } from "../hardware";
import { gemm } from "./intrin";

const HOSTS: Readonly<Record<TargetName, string>> = {
  sim: "llvm",
  tsim: "llvm",
  intelfocl: "llvm",
  pynq: "llvm -mtriple=armv7-none-linux-gnueabihf",
  de10nano: "llvm -mtriple=armv7-none-linux-gnueabihf",
  ultra96: "llvm -mtriple=aarch64-linux-gnu",
  zcu104: "llvm -mtriple=aarch64-linux-gnu",
};

/**
 * An immutable description of one accelerator. Environments of different shapes can be in use at once.
 * @example
 * const env = vta.getEnv();
 * [env.BATCH, env.BLOCK_IN, env.BLOCK_OUT] // => 1,16,16
 * env.accDtype // => int32
 */
export class Environment extends Hardware {
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

  /**
   * @param mockMode In a mock environment the accelerator's work compiles to nothing.
   * @throws UsageError when the configuration is malformed, or hardware with it cannot exist.
   */
  constructor(
    config: VtaConfig,
    readonly mockMode = false,
  ) {
    super(config);
    this.inpDtype = `int${this.INP_WIDTH}`;
    this.wgtDtype = `int${this.WGT_WIDTH}`;
    this.accDtype = `int${this.ACC_WIDTH}`;
    this.outDtype = `int${this.OUT_WIDTH}`;
  }

  /** The same accelerator without its work, to time or inspect the rest of a program. */
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

  /** Tensor intrinsic: multiply blocks that are in the on-chip memories. */
  get gemm(): te.TensorIntrin {
    this.gemmIntrin ??= gemm(this);
    return this.gemmIntrin;
  }

  /** The device's target as text. */
  get target(): string {
    return `ext_dev -keys=vta,cpu -device=vta -model=${this.MODEL}`;
  }

  /** The target that host code for this accelerator is compiled for. */
  get targetHost(): string {
    return HOSTS[this.TARGET];
  }
}
