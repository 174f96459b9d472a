/** Flags records that contradict the accelerator's peak or their own space. */

import { UsageError } from "tvm-ts";
import { meanCost, type TuningRecord } from "../records";
import { template } from "./search-space";
import { CLOCK_HZ } from "./study";

export interface RecordFlag {
  readonly record: TuningRecord;
  /** What is wrong, with the values. */
  readonly text: string;
}

/** Operations in a multiply-add. */
const OPS_PER_MAC = 2;

/** `pynq_1x16_i8w8a32_...` has 1 x 16 x 16 multipliers. */
function peakOf(target: string): number | undefined {
  const [, batch, block] = /-model=\w+?_(\d+)x(\d+)_/.exec(target) ?? [];
  if (batch === undefined) return undefined;
  return Number(batch) * Number(block) ** 2 * OPS_PER_MAC * CLOCK_HZ;
}

/**
 * Records whose cost is below the least possible of the accelerator at 100 MHz, whose index and entity
 * disagree, or whose entity or arguments do not fit their template. Records of unknown templates are skipped.
 */
export function flagRecords(records: readonly TuningRecord[]): readonly RecordFlag[] {
  return records.flatMap((record) => problemsOf(record).map((text) => ({ record, text })));
}

function problemsOf(record: TuningRecord): string[] {
  const { task, args, target, index, entity } = record;
  if (!task.endsWith(".vta")) return [];
  try {
    const space = template(task, args);
    const problems: string[] = [];
    const expected = space.configs.indexOfEntity(entity);
    if (expected !== index) {
      problems.push(`its index is ${index}, and its entity is configuration ${expected}`);
    }
    const peak = peakOf(target);
    const rate = (OPS_PER_MAC * space.work.macs) / meanCost(record);
    if (peak !== undefined && rate > peak) {
      const giga = (value: number): string => (value / 1e9).toFixed(1);
      problems.push(`it claims ${giga(rate)} GOPS of at most ${giga(peak)}`);
    }
    return problems;
  } catch (error) {
    if (error instanceof UsageError) return [error.message];
    throw error;
  }
}
