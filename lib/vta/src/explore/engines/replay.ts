/**
 * Replays recorded trials, so that a strategy can be evaluated for many seeds without simulating.
 */

import { UsageError } from "tvm-ts";
import type { Engine, TrialResult } from "../engine";
import { ERROR, readRecords, sameWorkload, type RecordSource } from "../../records";

/**
 * An engine that returns recorded outcomes. A configuration without a record is refused, as it was by the
 * exhaustive search that recorded all others.
 * @throws UsageError, when a study starts, if the records hold no trial of its space
 */
export function replay(records: RecordSource): Engine {
  const all = readRecords(records);
  return {
    name: "replay",
    isInstant: true,
    open(space) {
      const results = new Map<number, TrialResult>();
      for (const record of all) {
        const { index, note, errorNo, allCost: seconds } = record;
        if (note === undefined || !sameWorkload(record, space)) continue;
        const { measures, error } = note;
        results.set(
          index,
          errorNo === ERROR.none
            ? { kind: "measured", measures, seconds }
            : { kind: "failed", errorNo, error: error ?? "failed", seconds },
        );
      }
      if (results.size === 0) {
        throw new UsageError(
          "explore-study",
          `the records hold no trial of ${space.task} with these arguments`,
        );
      }
      const missing: TrialResult = {
        kind: "refused",
        refusal: { cause: "lowering", reason: "it is not in the records" },
      };
      return Promise.resolve({
        workers: 1,
        measure: (index) => Promise.resolve(results.get(index) ?? missing),
        close: () => Promise.resolve(),
      });
    },
  };
}
