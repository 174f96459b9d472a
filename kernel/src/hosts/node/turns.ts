/** The event loop. */

/** Resolves when everything that has arrived by now is handled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
