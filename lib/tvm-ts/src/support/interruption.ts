/**
 * Stopping long work where the computing thread cannot be interrupted from outside: a worker of a page. Loops that may
 * take long look whether they are to stop.
 */

let check: (() => void) | undefined;

/** Sets what `checkInterruption` calls; it throws when work is to stop. */
export function setInterruptionCheck(throwIfInterrupted: () => void): void {
  check = throwIfInterrupted;
}

/** Throws what the host throws when work is to stop; does nothing where the host interrupts by other means. */
export function checkInterruption(): void {
  check?.();
}
