/**
 * Stopping long work where the computing thread cannot be interrupted from outside: a worker of a page. Loops that may
 * take long call `checkInterruption`.
 */

let check: (() => void) | undefined;

/** Sets what `checkInterruption` calls; it throws when work is to stop. */
export function setInterruptionCheck(throwIfInterrupted: () => void): void {
  check = throwIfInterrupted;
}

/** Throws the host's error when work is to stop; does nothing where the host can interrupt the thread. */
export function checkInterruption(): void {
  check?.();
}
