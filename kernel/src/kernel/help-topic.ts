/** Cells that ask for help: `name?` or `?name`, which no TypeScript is. */

/** The name that a cell asks about. */
export function helpTopic(code: string): string | undefined {
  const match = /^\s*(?:\?\s*([\p{ID_Continue}$.]+)|([\p{ID_Continue}$.]+)\s*\?)\s*$/u.exec(code);
  return match?.[1] ?? match?.[2];
}
