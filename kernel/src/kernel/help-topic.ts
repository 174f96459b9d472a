/** Cells that request help: `name?` or `?name`, which are not valid TypeScript. */

/** The name in a request for help. */
export function helpTopic(code: string): string | undefined {
  const match = /^\s*(?:\?\s*([\p{ID_Continue}$.]+)|([\p{ID_Continue}$.]+)\s*\?)\s*$/u.exec(code);
  return match?.[1] ?? match?.[2];
}
