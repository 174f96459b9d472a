/** Interrupts, as the evaluator's main thread sees them. */

import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** Thrown where a cell was waiting when the user interrupted it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the cell was interrupted");
  }
}

export class Interrupts {
  private readonly waiting = new Set<(reason: Interrupted) => void>();

  /** @param interrupted is called after an interrupt, when the event loop runs again */
  constructor(interrupted: (reason: Interrupted) => void) {
    const taken = new Int32Array(new SharedArrayBuffer(4));
    const watcher = new Worker(join(__dirname, "watcher.js"), { workerData: taken });
    watcher.unref();
    watcher.on("message", () => {
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      const reason = new Interrupted();
      for (const reject of this.waiting) reject(reason);
      this.waiting.clear();
      interrupted(reason);
    });
  }

  /** `value` once it is settled, or a rejection as soon as the user interrupts. */
  readonly awaited = <Value>(value: Value): Promise<Awaited<Value>> =>
    new Promise((resolve, reject) => {
      this.waiting.add(reject);
      Promise.resolve(value)
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });
}
