/// <reference types="node" />
/**
 * Accepts connections. A port serves both transports: a WebSocket connection starts with an HTTP
 * request, a TCP connection with the protocol's magic number.
 */

import { createServer, STATUS_CODES, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import { BadPacketError, ConnectionLostError, RpcTimeoutError, type Transport } from "../rpc";
import { TcpTransport } from "./tcp-transport";
import { MAX_MESSAGE_BYTES, WebSocketTransport } from "./websocket-transport";

/** First letter of `GET`. */
const GET = 0x47;

export interface AcceptOptions {
  /** Origins of pages that may connect, in addition to loopback; `*` for all. */
  readonly allowOrigin: readonly string[];
  /** Time limit in milliseconds for the client's first bytes, or its HTTP request. */
  readonly timeoutMs: number;
}

/** Makes a transport of an accepted socket, depending on its first bytes. */
export async function acceptTransport(
  socket: Socket,
  { allowOrigin, timeoutMs }: AcceptOptions,
): Promise<Transport> {
  const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
  return new Promise<Transport>((resolve, reject) => {
    let settled = false;
    const settle = (action: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      action();
    };
    const fail = (error: Error): void =>
      settle(() => {
        reject(error);
        socket.destroySoon();
      });
    const timer = setTimeout(
      () => fail(new RpcTimeoutError(`${peer} sent nothing within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    socket.on("error", (error) => fail(new ConnectionLostError(`${peer}: ${error.message}`)));
    socket.once("close", () =>
      fail(new ConnectionLostError(`${peer} closed the connection before it sent anything`)),
    );
    socket.once("end", () =>
      fail(new ConnectionLostError(`${peer} closed the connection before it sent anything`)),
    );
    socket.on("readable", function look() {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      socket.off("readable", look);
      socket.unshift(first);
      if (first[0] !== GET) {
        settle(() => resolve(new TcpTransport(socket, peer)));
        return;
      }
      upgrade(socket, allowOrigin).then(
        (transport) => settle(() => resolve(transport)),
        (error: Error) => fail(error),
      );
    });
  });
}

/** Whether a page of this origin may connect; only browsers send an origin. */
function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes("*") || allowed.includes(origin)) return true;
  return /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin);
}

async function upgrade(socket: Socket, allowed: readonly string[]): Promise<Transport> {
  const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
  const http = createServer();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  return new Promise<Transport>((resolve, reject) => {
    const refuse = (status: number, reason: string): void => {
      const text = `${reason}\n`;
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]!}\r\nContent-Type: text/plain\r\n` +
          `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      );
      reject(new BadPacketError(`${peer}: ${reason}`));
    };
    http.on("request", () =>
      refuse(426, "this port serves TVM's RPC protocol over WebSocket, not HTTP"),
    );
    http.on("clientError", () => refuse(400, "this is not an HTTP request"));
    http.on("upgrade", (request: IncomingMessage, stream: Socket, head: Buffer) => {
      const { origin } = request.headers;
      if (!isAllowedOrigin(origin, allowed)) {
        refuse(403, `pages of ${origin} may not connect; start the server with --allow-origin`);
        return;
      }
      sockets.handleUpgrade(request, stream, head, (webSocket) =>
        resolve(new WebSocketTransport(webSocket as never, peer)),
      );
    });
    http.emit("connection", socket);
  });
}
