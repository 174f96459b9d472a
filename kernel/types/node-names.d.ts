/** Names that Node has beside a page's; a cell that uses one is checked against Node's own types. */

declare const process: unknown;
declare const global: typeof globalThis;
declare const Buffer: unknown;
declare const require: (name: string) => unknown;
declare const __filename: string;
declare const __dirname: string;
declare function setImmediate(callback: () => void): unknown;
