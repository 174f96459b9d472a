/** Reads the files that errors refer to: none in a page's main thread. */

export function readText(_path: string): string | undefined {
  return undefined;
}
