/** Delivers interrupts to the evaluator's main thread, through the watcher thread. */

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { sharedNumbers } from "./descriptors";

export interface InterruptWatch {
  /** From now on, interrupts only end waiting. */
  hold(): void;
  /** From now on, interrupts also terminate computing. */
  release(): void;
  /** Whether loops that poll must stop. */
  isStopping(): boolean;
  /** A cell begins: earlier interrupts do not apply to it. */
  begin(): void;
}

/** @param interrupted called after an interrupt, when the event loop runs again */
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
