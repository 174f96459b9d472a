/**
 * Serializes a recorded program, to distinguish a missing dependence from other mistakes: with
 * debug flag FORCE_SERIAL, results do not depend on the program's tokens.
 */

import { TOKEN, type InstructionSet } from "../hardware";
import { STAGE, type InsnQueue } from "./insn-queue";

/**
 * Replaces the tokens of a program: each instruction waits for the previous one if that is from a
 * neighbouring stage, and the end waits for all stages. The program's pops are dropped, since its
 * pushes are.
 */
export function forceSerial(isa: InstructionSet, queue: InsnQueue): void {
  const { words, count } = queue;
  queue.dropPendingPops();
  for (let i = 0; i < count; i++) isa.tokens.set(words, queue.at(i), 0);
  for (let i = 1; i < count; i++) {
    const before = queue.stageOf(i - 1);
    const after = queue.stageOf(i);
    if (Math.abs(before - after) !== 1) continue;
    words[queue.at(i - 1)]! |= before < after ? TOKEN.PUSH_NEXT : TOKEN.PUSH_PREV;
    words[queue.at(i)]! |= before < after ? TOKEN.POP_PREV : TOKEN.POP_NEXT;
  }
  if (count > 0 && queue.stageOf(count - 1) === STAGE.STORE) {
    words[queue.at(count - 1)]! |= TOKEN.PUSH_PREV;
    queue.depPop(STAGE.STORE, STAGE.COMPUTE);
    queue.commitPendingPop(STAGE.COMPUTE);
  }
  // A token exchange with load, so that compute, which ends the program, comes last.
  queue.depPush(STAGE.COMPUTE, STAGE.LOAD);
  queue.depPop(STAGE.LOAD, STAGE.COMPUTE);
  queue.depPop(STAGE.COMPUTE, STAGE.LOAD);
  queue.commitPendingPop(STAGE.LOAD);
  queue.depPush(STAGE.LOAD, STAGE.COMPUTE);
  queue.commitPendingPop(STAGE.COMPUTE);
}
