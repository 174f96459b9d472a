/** The evaluator's file descriptors beyond the standard three. */
export const descriptors = { reports: 3, commands: 4, answers: 5, interrupts: 6 } as const;

/** The numbers that the evaluator's main thread and its watcher share, by index. */
export const sharedNumbers = {
  /** How many interrupts the main thread has taken. */
  taken: 0,
  /** 1 while what the main thread computes must not be terminated. */
  held: 1,
} as const;
