/**
 * What a functional simulation counts. Bytes are those of DRAM elements moved, padding not included;
 * the counters of GEMM and ALU are micro-ops executed.
 */

export interface ProfilerStats {
  readonly inp_load_nbytes: number;
  readonly wgt_load_nbytes: number;
  readonly acc_load_nbytes: number;
  readonly uop_load_nbytes: number;
  readonly out_store_nbytes: number;
  readonly gemm_counter: number;
  readonly alu_counter: number;
}

export class Profiler {
  inpLoadBytes = 0;
  wgtLoadBytes = 0;
  accLoadBytes = 0;
  uopLoadBytes = 0;
  outStoreBytes = 0;
  gemmCounter = 0;
  aluCounter = 0;
  /** Count, load micro-ops, and leave all other work undone: statistics of a large program, fast. */
  skipExecution = false;

  clear(): void {
    this.inpLoadBytes = 0;
    this.wgtLoadBytes = 0;
    this.accLoadBytes = 0;
    this.uopLoadBytes = 0;
    this.outStoreBytes = 0;
    this.gemmCounter = 0;
    this.aluCounter = 0;
  }

  /** The counters under the reference's names, in its order. */
  get stats(): ProfilerStats {
    return {
      inp_load_nbytes: this.inpLoadBytes,
      wgt_load_nbytes: this.wgtLoadBytes,
      acc_load_nbytes: this.accLoadBytes,
      uop_load_nbytes: this.uopLoadBytes,
      out_store_nbytes: this.outStoreBytes,
      gemm_counter: this.gemmCounter,
      alu_counter: this.aluCounter,
    };
  }

  /** The text that `vta.simulator.profiler_status` answers over RPC. */
  statusText(): string {
    const lines = Object.entries(this.stats).map(([name, value]) => ` "${name}":${value}`);
    return `{\n${lines.join(",\n")}\n}\n`;
  }
}
