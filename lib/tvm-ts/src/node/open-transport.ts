/// <reference types="node" />
/** Connections to other machines, by URL. */

import { WebSocket } from "ws";
import { UsageError } from "../support";
import type { Transport } from "../rpc";
import { connectTcp } from "./tcp-transport";
import { MAX_MESSAGE_BYTES, openWebSocket } from "./websocket-transport";

/**
 * Opens a connection: `tcp://host:port`, `ws://host:port` or `wss://host:port`.
 * @throws UsageError for another URL, ConnectionLostError, RpcTimeoutError
 */
export async function openTransport(url: string, timeoutMs: number): Promise<Transport> {
  const { protocol, hostname, port } = new URL(url);
  switch (protocol) {
    case "tcp:":
      return connectTcp(hostname.replace(/^\[|\]$/g, ""), Number(port), timeoutMs);
    case "ws:":
    case "wss:": {
      const options = {
        maxPayload: MAX_MESSAGE_BYTES,
        perMessageDeflate: false,
        // Masks protect proxies from data that pages send. This is not a page, and a mask of zeros
        // saves both sides a pass over all bytes.
        generateMask: () => undefined,
      };
      return openWebSocket(new WebSocket(url, options), url, timeoutMs);
    }
    default:
      throw new UsageError(
        "rpc-address",
        `'${url}' is not the address of a server; use tcp://HOST:PORT or ws://HOST:PORT`,
      );
  }
}
