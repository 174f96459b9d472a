/**
 * The counters of a simulation. Bytes are those of moved DRAM elements, without padding; GEMM and
 * ALU count executed micro-ops.
 */

/** The counters under the reference's names, in its order. */
export class ProfilerStats {
  readonly inp_load_nbytes: number;
  readonly wgt_load_nbytes: number;
  readonly acc_load_nbytes: number;
  readonly uop_load_nbytes: number;
  readonly out_store_nbytes: number;
  readonly gemm_counter: number;
  readonly alu_counter: number;
  /** Cycles of the accelerator, if the simulator counts them. */
  declare readonly cycle_count?: number;

  constructor(counts: Counts, countsCycles = false) {
    this.inp_load_nbytes = counts.inpLoadBytes;
    this.wgt_load_nbytes = counts.wgtLoadBytes;
    this.acc_load_nbytes = counts.accLoadBytes;
    this.uop_load_nbytes = counts.uopLoadBytes;
    this.out_store_nbytes = counts.outStoreBytes;
    this.gemm_counter = counts.gemmCounter;
    this.alu_counter = counts.aluCounter;
    if (countsCycles) this.cycle_count = counts.cycles;
  }

  /** The result of `vta.simulator.profiler_status` over RPC. */
  toString(): string {
    const lines = Object.entries(this).map(([name, value]) => ` "${name}":${value}`);
    return `{\n${lines.join(",\n")}\n}\n`;
  }
}

interface Counts {
  inpLoadBytes: number;
  wgtLoadBytes: number;
  accLoadBytes: number;
  uopLoadBytes: number;
  outStoreBytes: number;
  gemmCounter: number;
  aluCounter: number;
  cycles: number;
}

const NOTHING: Readonly<Counts> = {
  inpLoadBytes: 0,
  wgtLoadBytes: 0,
  accLoadBytes: 0,
  uopLoadBytes: 0,
  outStoreBytes: 0,
  gemmCounter: 0,
  aluCounter: 0,
  cycles: 0,
};

export class Profiler implements Counts {
  inpLoadBytes = 0;
  wgtLoadBytes = 0;
  accLoadBytes = 0;
  uopLoadBytes = 0;
  outStoreBytes = 0;
  gemmCounter = 0;
  aluCounter = 0;
  cycles = 0;
  /** Whether the accelerator counts cycles. */
  countsCycles = false;
  /** Only counts and loads micro-ops, without other work: fast statistics of a large program. */
  skipExecution = false;
  /** The number of program calls. */
  calls = 0;
  /** The counters at the start of the last program call. */
  private atCall = NOTHING;

  clear(): void {
    Object.assign(this, NOTHING);
    this.atCall = NOTHING;
  }

  get stats(): ProfilerStats {
    return new ProfilerStats(this, this.countsCycles);
  }

  /** Marks the start of a program call: `lastCall` counts from here. */
  startCall(): void {
    this.atCall = this.counts();
    this.calls++;
  }

  /** The counts of the last program call. */
  get lastCall(): ProfilerStats {
    const counts = this.counts();
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] -= this.atCall[name];
    return new ProfilerStats(counts, this.countsCycles);
  }

  private counts(): Counts {
    const { inpLoadBytes, wgtLoadBytes, accLoadBytes, uopLoadBytes, outStoreBytes } = this;
    const { gemmCounter, aluCounter, cycles } = this;
    return {
      inpLoadBytes,
      wgtLoadBytes,
      accLoadBytes,
      uopLoadBytes,
      outStoreBytes,
      gemmCounter,
      aluCounter,
      cycles,
    };
  }
}
