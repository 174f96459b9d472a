/**
 * Delivers interrupts to the evaluator: by a message, which it handles when no code runs, and in cross-origin
 * isolated pages by a flag in shared memory, which loops poll.
 */

import { onInterrupt, onInterruptFlag, report } from "./evaluator-channel";

export interface InterruptWatch {
  hold(): void;
  release(): void;
  /** Whether loops must stop. */
  isStopping(): boolean;
  /** A cell begins: earlier interrupts do not apply to it. */
  begin(): void;
}

export function watchInterrupts(interrupted: () => void): InterruptWatch {
  let flag: Int32Array = new Int32Array(1);
  /** Whether a loop has seen the flag; the loops around it stop too. */
  let stopping = false;
  onInterruptFlag((shared) => {
    flag = shared;
  });
  onInterrupt((isFlagged) => {
    // A loop has handled the interrupt.
    if (isFlagged && Atomics.exchange(flag, 0, 0) === 0) return;
    report({ kind: "interrupted" });
    interrupted();
  });
  return {
    hold: () => undefined,
    release: () => undefined,
    isStopping() {
      if (stopping) return true;
      if (Atomics.load(flag, 0) === 0) return false;
      stopping = true;
      Atomics.store(flag, 0, 0);
      report({ kind: "interrupted" });
      return true;
    },
    begin() {
      stopping = false;
    },
  };
}
