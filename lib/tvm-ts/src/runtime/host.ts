/** The services that the library needs of its host: files, threads, compilers. */

import type { ThreadPool } from "./wasm/thread-pool";

/** Options for compiling a C source to a shared library. */
export interface CompilerOptions {
  /** The compiler's command; chosen by the target's triple if left out. */
  readonly cc?: string;
  /** More arguments for the compiler. */
  readonly options?: readonly string[];
}

export interface Host {
  /** @throws UsageError when there is no such file or it cannot be read. */
  readFile(path: string): Uint8Array;
  /** Writes a file atomically. */
  writeFile(path: string, bytes: Uint8Array): void;
  /**
   * Compiles a C source to a shared library. @returns the library's bytes
   * @throws UsageError when there is no compiler, or with the compiler's errors.
   */
  compileLibrary(source: string, triple: string | undefined, options: CompilerOptions): Uint8Array;
  /**
   * The debug level of the compiler: 0 nothing, 1 names and times of passes, 2 also changed IR, 3
   * all IR, 4 also the simplifier's rules that were applied.
   */
  debugLevel(): number;
  /** Writes text to the debug output. */
  log(text: string): void;
  /** Threads for parallel loops, if the host has them. */
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
