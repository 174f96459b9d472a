/** What the library needs of the program it runs in: files, threads, compilers. */

import type { ThreadPool } from "./wasm/thread-pool";

/** How a C source becomes a library that can be loaded. */
export interface CompilerOptions {
  /** The compiler's command; chosen by the target's triple if left out. */
  readonly cc?: string;
  /** More arguments for it. */
  readonly options?: readonly string[];
}

export interface Host {
  /** @throws UsageError when there is no such file or it cannot be read. */
  readFile(path: string): Uint8Array;
  /** Writes a file, completely or not at all. */
  writeFile(path: string, bytes: Uint8Array): void;
  /**
   * Compiles a C source to a shared library. @returns the library's bytes
   * @throws UsageError when there is no compiler, or with what it says.
   */
  compileLibrary(source: string, triple: string | undefined, options: CompilerOptions): Uint8Array;
  /**
   * How much of the compiler's inside to show: 0 nothing, 1 passes and times, 2 also what they
   * changed, 3 everything, 4 also the rules of arithmetic that were applied.
   */
  debugLevel(): number;
  /** Writes a piece of text where a developer looks. */
  log(text: string): void;
  /** Threads for parallel loops; `undefined` where there are none. */
  threads(): ThreadPool | undefined;
  /**
   * Opens a connection: `tcp://host:port`, `ws://host:port` or `wss://host:port`.
   * @throws UsageError for another URL, ConnectionLostError, RpcTimeoutError
   */
  openTransport(url: string, timeoutMs: number): Promise<ByteTransport>;
}

/** A connection for bytes; see `Transport` of `rpc/`. */
export interface ByteTransport {
  readonly peer: string;
  send(...pieces: readonly Uint8Array[]): Promise<void>;
  receive(): Promise<Uint8Array | undefined>;
  close(): void;
}
