/** The evaluator's file descriptors beyond the standard three. */
export const descriptors = { reports: 3, commands: 4, answers: 5, interrupts: 6 } as const;

/** The indices of the counters that the evaluator's main thread and its watcher share. */
export const sharedNumbers = {
  /** The number of interrupts that the main thread has handled. */
  taken: 0,
  /** 1 while the main thread must not be terminated. */
  held: 1,
} as const;
