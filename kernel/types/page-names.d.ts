/** Names of Node that programs test for before use; undefined in a page. */

// eslint-disable-next-line no-var -- a property of the global object, too
declare var process: { readonly env: Readonly<Record<string, string | undefined>> } | undefined;

declare function setTimeout<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds?: number,
  ...args: Args
): number;
/** A function with an optional argument, such as a promise's \`resolve\`. */

declare function setTimeout(callback: (_: void) => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;
declare function setInterval<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds?: number,
  ...args: Args
): number;
/** A function with an optional argument, such as a promise's \`resolve\`. */

declare function setInterval(callback: (_: void) => void, milliseconds?: number): number;
declare function clearInterval(timer: number | undefined): void;
