/** Measures trials in this thread, one after another. */

import type { Engine, EngineSession } from "../engine";
import { FirstOfClass, measureTrial } from "../trial";

/** The engine without workers: for small spaces, and for hosts that have no threads. */
export function thisThread(): Engine {
  return {
    name: "this thread",
    open(space, options) {
      const first = new FirstOfClass(space, options.check !== false);
      const session: EngineSession = {
        workers: 1,
        async measure(index) {
          // Yields to the event loop between trials, for interrupts and progress.
          await new Promise((resolve) => setTimeout(resolve));
          return first.run(index, (check) => measureTrial(space, index, { ...options, check }));
        },
        close: () => Promise.resolve(),
      };
      return Promise.resolve(session);
    },
  };
}
