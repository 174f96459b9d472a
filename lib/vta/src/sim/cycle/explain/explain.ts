/**
 * What bounds a program, and what a change would gain. Each rule measures something of a run; past its
 * threshold it changes the stream the way the program would change, and has the simulator time that.
 */

import type { Hardware } from "../../../hardware";
import type { CycleModel } from "../model";
import { statementOf, type ProfiledRun } from "../profiled-run";
import { idleLanes, registerOperands, shortGemms } from "./compute-rules";
import { Evidence, type Advice, type AdviceRule } from "./evidence";
import { fetchBound, virtualThreads } from "./thread-rules";
import {
  shortBursts,
  storesSerialized,
  tilesReloaded,
  unalignedRows,
  uopReloads,
} from "./transfers";

/** A gain below this part of all cycles is not worth a change. */
const SMALLEST_GAIN = 0.01;

const RULES: readonly AdviceRule[] = [
  virtualThreads,
  fetchBound,
  uopReloads,
  registerOperands,
  shortBursts,
  unalignedRows,
  tilesReloaded,
  storesSerialized,
  shortGemms,
  idleLanes,
];

export function explainRun(hardware: Hardware, model: CycleModel, run: ProfiledRun): Advice[] {
  const evidence = new Evidence(hardware, model, run);
  return RULES.flatMap((rule) => {
    const finding = rule(evidence);
    if (finding === undefined || finding.measured < finding.threshold) return [];
    const { index, cycles, ...advice } = finding;
    const gain = evidence.cycles - cycles();
    if (gain < SMALLEST_GAIN * evidence.cycles) return [];
    return [{ ...advice, gain, place: statementOf(run, index) }];
  });
}
