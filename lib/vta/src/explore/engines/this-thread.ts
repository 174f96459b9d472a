/** Measures trials in this thread, one after another. */

import type { Engine, EngineSession } from "../engine";
import { FirstOfClass, measureTrial } from "../trial";

/** The engine that needs nothing: for small spaces, and where there are no workers. */
export function thisThread(): Engine {
  return {
    name: "this thread",
    open(space, options) {
      const first = new FirstOfClass(space, options.check !== false);
      const session: EngineSession = {
        workers: 1,
        async measure(index) {
          // The event loop has its turn between trials: interrupts and progress come through.
          await new Promise((resolve) => setTimeout(resolve));
          return first.run(index, (check) => measureTrial(space, index, { ...options, check }));
        },
        close: () => Promise.resolve(),
      };
      return Promise.resolve(session);
    },
  };
}
