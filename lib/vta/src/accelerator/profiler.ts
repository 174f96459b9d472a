/**
 * What a simulation counts. Bytes are those of DRAM elements moved, padding not included; the
 * counters of GEMM and ALU are micro-ops executed.
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
  /** Cycles of the accelerator, where its simulator counts them. */
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

  /** The text that `vta.simulator.profiler_status` answers over RPC. */
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
  /** Whether the accelerator counts cycles, so that statistics have them. */
  countsCycles = false;
  /** Count, load micro-ops, and leave all other work undone: statistics of a large program, fast. */
  skipExecution = false;
  /** Calls of programs so far. */
  calls = 0;
  /** The counters when the last call of a program began. */
  private atCall = NOTHING;

  clear(): void {
    Object.assign(this, NOTHING);
    this.atCall = NOTHING;
  }

  get stats(): ProfilerStats {
    return new ProfilerStats(this, this.countsCycles);
  }

  /** A call of a program begins: `lastCall` counts from here on. */
  startCall(): void {
    this.atCall = this.counts();
    this.calls++;
  }

  /** What the last call of a program has added to the counters. */
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
