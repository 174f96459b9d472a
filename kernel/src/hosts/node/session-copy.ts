/** A process keeps its variables when a cell is interrupted, so nothing is copied here. */

/** Copies of a session's variables, for the next session. */
export interface SessionCopy {
  readonly values: Readonly<Record<string, unknown>>;
  /** The names of variables that could not be copied. */
  readonly lost: readonly string[];
}

export function copySession(_variables: ReadonlyMap<string, unknown>): void {}

/** Calls `restore` if the session must begin with a copy. */
export function onRestore(_restore: (copy: SessionCopy) => void): void {}
