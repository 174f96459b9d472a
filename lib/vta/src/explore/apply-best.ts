/** Applies tuning records: schedules that are made without knobs use those of the best record. */

import { withCleanup } from "tvm-ts";
import { RecordHistory, type RecordSource } from "../records";
import { setHistory } from "../topi";

/**
 * Makes `vta.topi.schedule...` and networks use the best record of each workload, as AutoTVM's history does:
 * a record of the same accelerator if there is one, else of any VTA. Workloads without a record are scheduled
 * as before.
 *
 *     const end = vta.explore.applyBest("c2.log"); // in effect until end() is called
 *     vta.explore.applyBest("c2.log", () => vta.topi.scheduleConv2dPacked(result)); // inside the function only
 *
 * @throws UsageError when a file cannot be read
 */
export function applyBest(records: RecordSource): () => void;
export function applyBest<T>(records: RecordSource, body: () => T): T;
export function applyBest<T>(records: RecordSource, body?: () => T): T | (() => void) {
  const before = setHistory(new RecordHistory(records));
  const end = (): void => void setHistory(before);
  if (body === undefined) return end;
  let result: T | undefined;
  withCleanup(() => {
    result = body();
  }, end);
  return result as T;
}
