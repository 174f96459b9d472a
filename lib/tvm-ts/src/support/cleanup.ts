/**
 * Clean-up that runs after a result, an error or an interrupt. An interrupt returns to the event loop
 * without running `finally` blocks.
 */

/** Clean-up functions that have not run yet, the innermost last. Empty between turns of the event loop. */
const pending: (() => void)[] = [];
let watched = false;

const { setImmediate = setTimeout } = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
};

/** Runs `body`, then `cleanUp`: at its end, after an error, or after an interrupt has ended it. */
export function withCleanup<T>(body: () => T, cleanUp: () => void): T {
  if (!watched) {
    watched = true;
    setImmediate(cleanUpAfterInterrupt);
  }
  pending.push(cleanUp);
  try {
    return body();
  } finally {
    pending.pop();
    cleanUp();
  }
}

function cleanUpAfterInterrupt(): void {
  watched = false;
  for (const cleanUp of pending.splice(0).reverse()) cleanUp();
}
