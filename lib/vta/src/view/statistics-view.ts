/** Counters as a front end shows them. */

import type { ProfilerStats } from "../accelerator";

export interface StatisticsView {
  readonly version: 1;
  /** Under the reference's names; `cycle_count` only where the accelerator counts cycles. */
  readonly counters: Readonly<Omit<ProfilerStats, "toString">>;
  /** Bytes read from DRAM and written to it; instructions are not counted. */
  readonly dramRead: number;
  readonly dramWritten: number;
}

export function statisticsView(stats: ProfilerStats): StatisticsView {
  return {
    version: 1,
    counters: { ...stats },
    dramRead:
      stats.inp_load_nbytes + stats.wgt_load_nbytes + stats.acc_load_nbytes + stats.uop_load_nbytes,
    dramWritten: stats.out_store_nbytes,
  };
}
