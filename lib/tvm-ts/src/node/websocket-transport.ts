/**
 * WebSocket as a transport, for sockets of browsers and of the `ws` package. A message carries
 * bytes of the stream; its boundaries have no meaning.
 */

import { ConnectionLostError, RpcTimeoutError, type Transport } from "../rpc";

/** The common interface of both kinds of sockets. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array): void;
  close(): void;
  /** `ws` only. */
  pause?(): void;
  resume?(): void;
  addEventListener(type: "open" | "close", listener: () => void): void;
  addEventListener(type: "error", listener: (event: { readonly message?: string }) => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

const CONNECTING = 0;
const OPEN = 1;
/** The most bytes that wait to be sent, or to be read if reading can be slowed down. */
const BUFFERED = 16 << 20;
/** Largest message that is sent: the size of a socket's read. */
const MESSAGE_BYTES = 1 << 16;
/** Milliseconds between polls of the bytes that wait to be sent: sockets have no event for it. */
const POLL_MS = 1;

/** Largest message that is accepted. */
export const MAX_MESSAGE_BYTES = 64 << 20;

export class WebSocketTransport implements Transport {
  private readonly pieces: Uint8Array[] = [];
  private queued = 0;
  private paused = false;
  private ended = false;
  private failure: string | undefined;
  private wake: () => void = () => undefined;
  /** The current send; a later one waits for it, so that their messages do not mix. */
  private sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly socket: WebSocketLike,
    readonly peer: string,
  ) {
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (!(data instanceof ArrayBuffer)) {
        this.failure = "it sent text instead of bytes";
        this.close();
        return;
      }
      if (data.byteLength === 0) return;
      this.pieces.push(new Uint8Array(data));
      this.queued += data.byteLength;
      if (this.queued > BUFFERED && !this.paused) {
        this.paused = true;
        socket.pause?.();
      }
      this.wake();
    });
    socket.addEventListener("error", ({ message }) => {
      this.failure ??= message ?? "the connection broke";
    });
    socket.addEventListener("close", () => {
      this.ended = true;
      this.wake();
    });
  }

  send(...pieces: readonly Uint8Array[]): Promise<void> {
    const sent = this.sending.then(() => this.sendNow(pieces));
    this.sending = sent.catch(() => undefined);
    return sent;
  }

  private async sendNow(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let at = 0; at < piece.byteLength; at += MESSAGE_BYTES) {
        if (this.socket.readyState !== OPEN) throw this.lost("it is closed");
        this.socket.send(ownBytes(piece.subarray(at, at + MESSAGE_BYTES)));
        while (this.socket.bufferedAmount > BUFFERED && this.socket.readyState === OPEN) {
          await new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));
        }
      }
    }
  }

  async receive(): Promise<Uint8Array | undefined> {
    while (this.pieces.length === 0) {
      if (this.failure !== undefined && this.ended) throw this.lost(this.failure);
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const piece = this.pieces.shift()!;
    this.queued -= piece.byteLength;
    if (this.paused && this.queued <= BUFFERED / 2) {
      this.paused = false;
      this.socket.resume?.();
    }
    return piece;
  }

  close(): void {
    this.ended = true;
    this.socket.close();
    this.wake();
  }

  private lost(why: string): ConnectionLostError {
    return new ConnectionLostError(`the connection with ${this.peer} failed: ${why}`);
  }
}

function ownBytes(piece: Uint8Array): Uint8Array {
  return piece.buffer instanceof ArrayBuffer ? (piece as Uint8Array) : new Uint8Array(piece);
}

/**
 * Waits until a socket is open.
 * @throws ConnectionLostError, RpcTimeoutError
 */
export async function openWebSocket(
  socket: WebSocketLike,
  url: string,
  timeoutMs: number,
): Promise<WebSocketTransport> {
  const transport = new WebSocketTransport(socket, url);
  if (socket.readyState === CONNECTING) {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new RpcTimeoutError(`${url} does not answer within ${timeoutMs / 1000} s`));
        socket.close();
      }, timeoutMs);
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        action();
      };
      let reason = "nothing listens there, or it refuses this page";
      socket.addEventListener("open", () => settle(resolve));
      socket.addEventListener("error", ({ message }) => (reason = message || reason));
      socket.addEventListener("close", () =>
        settle(() => reject(new ConnectionLostError(`cannot connect to ${url}: ${reason}`))),
      );
    });
  }
  return transport;
}
