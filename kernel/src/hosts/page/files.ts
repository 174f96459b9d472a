/** Files that errors point into: a page's main thread has none. */

export function readText(_path: string): string | undefined {
  return undefined;
}
