/** The evaluator's main thread as it learns of interrupts: through the watcher, a thread beside it. */

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { sharedNumbers } from "./descriptors";

export interface InterruptWatch {
  /** From now on, only what waits is interrupted. */
  hold(): void;
  /** From now on, what computes is terminated, too. */
  release(): void;
  /** Whether loops are to stop that ask. */
  isStopping(): boolean;
  /** A cell begins, which the last interrupt does not mean. */
  begin(): void;
}

/** @param interrupted is called after an interrupt, when the event loop runs again */
export function watchInterrupts(interrupted: () => void): InterruptWatch {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  Atomics.store(shared, sharedNumbers.held, 1);
  const watcher = new Worker(join(__dirname, "watcher.js"), { workerData: shared });
  watcher.unref();
  watcher.on("message", () => {
    Atomics.add(shared, sharedNumbers.taken, 1);
    Atomics.notify(shared, sharedNumbers.taken);
    interrupted();
  });
  return {
    hold() {
      Atomics.store(shared, sharedNumbers.held, 1);
    },
    release() {
      Atomics.store(shared, sharedNumbers.held, 0);
      Atomics.notify(shared, sharedNumbers.held);
    },
    isStopping: () => false,
    begin: () => undefined,
  };
}
