/** The host in a browser page, which replaces Node's: no files, no compilers. */

import { UsageError } from "../support";
import type { Host } from "../runtime";
import { openWebSocket, type WebSocketLike } from "./websocket-transport";

function missing(what: string): never {
  throw new UsageError(
    "page-unsupported",
    `a browser page has no ${what}; use bytes (toBytes, upload) instead of paths`,
  );
}

export const host: Host = {
  readFile: () => missing("files"),
  writeFile: () => missing("files"),
  compileLibrary: () => missing("C compiler"),
  debugLevel: () => 0,
  log: () => undefined,
  threads: () => undefined,
  openTransport: async (url, timeoutMs) => {
    if (/^wss?:/.test(url)) {
      return openWebSocket(new WebSocket(url) as unknown as WebSocketLike, url, timeoutMs);
    }
    throw new UsageError(
      "rpc-address",
      `a page cannot connect to ${url}; use ws://HOST:PORT with the same port`,
    );
  },
};

export const startServer = () => missing("servers");
export const startTracker = () => missing("servers");
export const serveAsWorker = () => missing("processes");
export const exposureWarning = () => undefined;

export const utils = { tempdir: () => missing("files") };
