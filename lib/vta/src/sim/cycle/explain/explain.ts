/**
 * Finds the bottlenecks of a program, and the gains of changes. Each rule measures a property of a
 * run; above a threshold, it edits the stream as a change of the program would, and simulates the
 * result.
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

/** A smaller gain, as a fraction of all cycles, is not reported. */
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
