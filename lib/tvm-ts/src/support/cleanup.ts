/**
 * Putting things back whatever happens, an interrupt included: that unwinds JavaScript down to the
 * event loop without its `finally` blocks.
 */

/** What is to be put back, the innermost last. Empty whenever the event loop has its turn. */
const pending: (() => void)[] = [];
let watched = false;

const { setImmediate = setTimeout } = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
};

/** Runs `body`, then `cleanUp`: at its end, after an error, or once an interrupt has cut it off. */
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
