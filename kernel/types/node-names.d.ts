/** Names that Node has besides those of pages; a cell that uses one is checked against Node's own types. */

declare const process: unknown;
declare const global: typeof globalThis;
declare const Buffer: unknown;
declare const require: (name: string) => unknown;
declare const __filename: string;
declare const __dirname: string;
declare function setImmediate(callback: () => void): unknown;

declare namespace NodeJS {
  /** The name of a timer's type, also with Node's types. */
  interface Timeout {
    ref(): this;
    unref(): this;
    hasRef(): boolean;
    refresh(): this;
    [Symbol.toPrimitive](): number;
  }
}
declare function setTimeout<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds?: number,
  ...args: Args
): NodeJS.Timeout;
/** A function with an optional argument, such as a promise's \`resolve\`. */

declare function setTimeout(callback: (_: void) => void, milliseconds?: number): NodeJS.Timeout;
declare function clearTimeout(timer: NodeJS.Timeout | number | undefined): void;
declare function setInterval<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds?: number,
  ...args: Args
): NodeJS.Timeout;
/** A function with an optional argument, such as a promise's \`resolve\`. */

declare function setInterval(callback: (_: void) => void, milliseconds?: number): NodeJS.Timeout;
declare function clearInterval(timer: NodeJS.Timeout | number | undefined): void;
