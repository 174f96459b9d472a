/**
 * Makes a recorded program run one instruction at a time, to tell a missing dependence from other
 * mistakes: with debug flag FORCE_SERIAL, results no longer depend on tokens of the program.
 */

import type { InstructionSet } from "../isa";
import { STAGE, type InsnQueue, type Stage } from "./insn-queue";

/** The tokens between two instructions in a row: what the first pushes and the second pops. */
function handOver(before: Stage, after: Stage): "next" | "prev" | undefined {
  if (Math.abs(before - after) !== 1) return undefined;
  return before < after ? "next" : "prev";
}

/**
 * Replaces the tokens of a program: each instruction waits for the one before it if that is a
 * neighbouring stage's, and the end waits for all stages. What the program wanted to pop is dropped,
 * for the tokens it waited for are gone.
 */
export function forceSerial(isa: InstructionSet, queue: InsnQueue): void {
  queue.dropPendingPops();
  const { popPrev, popNext, pushPrev, pushNext } = isa.finish;
  const { words } = queue;
  for (let i = 1; i < queue.count; i++) {
    const passed = handOver(queue.stageOf(i - 1), queue.stageOf(i));
    const before = queue.at(i - 1);
    const after = queue.at(i);
    pushPrev.set(words, before, passed === "prev" ? 1 : 0);
    pushNext.set(words, before, passed === "next" ? 1 : 0);
    popPrev.set(words, after, passed === "next" ? 1 : 0);
    popNext.set(words, after, passed === "prev" ? 1 : 0);
  }
  if (queue.count > 0) serialEnds(isa, queue);
  // A round trip through load, so that compute, which ends the program, comes after everything.
  queue.depPush(STAGE.COMPUTE, STAGE.LOAD);
  queue.depPop(STAGE.LOAD, STAGE.COMPUTE);
  queue.depPop(STAGE.COMPUTE, STAGE.LOAD);
  queue.commitPendingPop(STAGE.LOAD);
  queue.depPush(STAGE.LOAD, STAGE.COMPUTE);
  queue.commitPendingPop(STAGE.COMPUTE);
}

/** Nothing comes before the first instruction; the last is waited for at the end only. */
function serialEnds(isa: InstructionSet, queue: InsnQueue): void {
  const { popPrev, popNext, pushPrev, pushNext } = isa.finish;
  const first = queue.at(0);
  const last = queue.at(queue.count - 1);
  const storing = queue.stageOf(queue.count - 1) === STAGE.STORE;
  popPrev.set(queue.words, first, 0);
  popNext.set(queue.words, first, 0);
  pushNext.set(queue.words, last, 0);
  pushPrev.set(queue.words, last, storing ? 1 : 0);
  if (!storing) return;
  queue.depPop(STAGE.STORE, STAGE.COMPUTE);
  queue.commitPendingPop(STAGE.COMPUTE);
}
