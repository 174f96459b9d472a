/** Names of Node's that programs ask for before they use them: a page has none of them. */

// eslint-disable-next-line no-var -- a property of the global object, too
declare var process: { readonly env: Readonly<Record<string, string | undefined>> } | undefined;

declare function setTimeout<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds?: number,
  ...args: Args
): number;
/** A function whose argument may be missing, such as a promise's \`resolve\`. */

declare function setTimeout(callback: (_: void) => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;
declare function setInterval<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds?: number,
  ...args: Args
): number;
/** A function whose argument may be missing, such as a promise's \`resolve\`. */

declare function setInterval(callback: (_: void) => void, milliseconds?: number): number;
declare function clearInterval(timer: number | undefined): void;
