/** A process keeps its variables when a cell is interrupted: nothing is copied. */

/** The variables that outlive a session that had to be ended. */
export interface SessionCopy {
  readonly values: Readonly<Record<string, unknown>>;
  /** The names of those that could not be copied. */
  readonly lost: readonly string[];
}

export function copySession(_variables: ReadonlyMap<string, unknown>): void {}

/** Calls `restore` when the session is to begin with a copy of an earlier one. */
export function onRestore(_restore: (copy: SessionCopy) => void): void {}
