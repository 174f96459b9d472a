/** Measures trials in this thread, one after another. */

import type { Engine, EngineSession } from "../engine";
import { classOf, measureTrial } from "../trial";

/** The engine that needs nothing: for small spaces, and where there are no workers. */
export function thisThread(): Engine {
  return {
    name: "this thread",
    open(space, options) {
      const checked = new Set<string>();
      const session: EngineSession = {
        workers: 1,
        async measure(index) {
          // The event loop has its turn between trials: interrupts and progress come through.
          await new Promise((resolve) => setTimeout(resolve));
          const check = options.check !== false && !checked.has(classOf(space, index));
          const result = measureTrial(space, index, { ...options, check });
          if (check && result.kind === "measured") checked.add(classOf(space, index));
          return result;
        },
        close: () => Promise.resolve(),
      };
      return Promise.resolve(session);
    },
  };
}
