/**
 * The evaluator as it learns of interrupts: by a message, which it takes when nothing computes, and in a page that is
 * isolated from other origins by a flag in memory that it shares with the page, at which loops look.
 */

import { onInterrupt, onInterruptFlag, report } from "./evaluator-channel";

export interface InterruptWatch {
  hold(): void;
  release(): void;
  /** Whether loops are to stop. */
  isStopping(): boolean;
  /** A cell begins, which the last interrupt does not mean. */
  begin(): void;
}

export function watchInterrupts(interrupted: () => void): InterruptWatch {
  let flag: Int32Array = new Int32Array(1);
  /** Whether a loop has seen the flag; those around it stop, too. */
  let stopping = false;
  onInterruptFlag((shared) => {
    flag = shared;
  });
  onInterrupt((isFlagged) => {
    // A loop has taken it.
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
