/** The event loop. */

/** Resolves after all events that have already arrived are handled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
