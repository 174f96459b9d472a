/** The evaluator as it learns of interrupts: by a message, which it takes when nothing computes. */

import { onInterrupt, report } from "./evaluator-channel";

export interface InterruptWatch {
  release(): void;
}

export function watchInterrupts(interrupted: () => void): InterruptWatch {
  onInterrupt(() => {
    report({ kind: "interrupted" });
    interrupted();
  });
  return { release: () => undefined };
}
