/** Globals of both pages and Node that cells use; Node's own types have more detail. */

interface Console {
  log(...data: unknown[]): void;
  info(...data: unknown[]): void;
  debug(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
  trace(...data: unknown[]): void;
  dir(value: unknown): void;
  table(data: unknown): void;
  assert(condition?: boolean, ...data: unknown[]): void;
  count(label?: string): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
}
declare const console: Console;

interface Performance {
  /** Milliseconds since the session began. */
  now(): number;
  readonly timeOrigin: number;
}
declare const performance: Performance;

declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<Value>(
  value: Value,
  options?: { transfer?: ArrayBuffer[] },
): Value;
declare function atob(text: string): string;
declare function btoa(text: string): string;

declare class TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

declare class URLSearchParams {
  constructor(init?: string | Record<string, string> | readonly (readonly [string, string])[]);
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  toString(): string;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare class URL {
  constructor(url: string, base?: string | URL);
  hash: string;
  host: string;
  hostname: string;
  href: string;
  readonly origin: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
}

declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  static timeout(milliseconds: number): AbortSignal;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare class Headers {
  constructor(init?: Record<string, string>);
  get(name: string): string | null;
  has(name: string): boolean;
}
declare class Response {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Headers;
  arrayBuffer(): Promise<ArrayBuffer>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in the libraries of TypeScript
  json(): Promise<any>;
  text(): Promise<string>;
}
declare function fetch(
  address: string | URL,
  options?: {
    method?: string;
    headers?: Record<string, string>;
    body?: string | ArrayBuffer | ArrayBufferView;
    signal?: AbortSignal;
  },
): Promise<Response>;

declare const crypto: {
  getRandomValues<Bytes extends ArrayBufferView>(bytes: Bytes): Bytes;
  randomUUID(): string;
};
