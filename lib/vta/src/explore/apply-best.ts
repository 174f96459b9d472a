/** Records in use: schedules that are made without knobs take the best known ones. */

import { withCleanup } from "tvm-ts";
import { RecordHistory, type RecordSource } from "../records";
import { setHistory } from "../topi";

/**
 * Has `vta.topi.schedule...` and networks use the best record of each workload, as AutoTVM's history
 * does: of the same accelerator if there is one, else of any VTA. What was recorded for no workload is
 * scheduled as before.
 *
 *     const end = vta.explore.applyBest("c2.log"); // from here on, until end() is called
 *     vta.explore.applyBest("c2.log", () => vta.topi.scheduleConv2dPacked(result)); // only in there
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
