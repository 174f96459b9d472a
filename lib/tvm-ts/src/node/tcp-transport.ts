/// <reference types="node" />
/** TCP as a transport. */

import { connect, type OnReadOpts, type Socket } from "node:net";
import { ConnectionLostError, RpcTimeoutError, type Transport } from "../rpc";

/** The most unread bytes before the other side is slowed down. */
const READ_AHEAD = 4 << 20;
/** Milliseconds without traffic before the system sends keep-alive probes. */
const KEEP_ALIVE_MS = 10_000;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; is the server running?",
  ENOTFOUND: "no machine has that name",
  EHOSTUNREACH: "the machine cannot be reached",
  ENETUNREACH: "its network cannot be reached",
  ECONNRESET: "the other side reset it",
  EPIPE: "the other side has closed it",
};

/** Explains a socket's error. */
function connectionError(peer: string, error: Error): ConnectionLostError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return new ConnectionLostError(
    `the connection with ${peer} failed: ${REASONS[code] ?? error.message}`,
  );
}

/** Bytes that are read at a time. */
const READ_BYTES = 64 << 10;

/**
 * Reused memory that a socket reads into: with new memory for each read, large copies spend a third
 * of their time in garbage collection.
 */
class ReadBuffers implements OnReadOpts {
  private readonly free: Uint8Array[] = [];
  take: (piece: Uint8Array) => void = () => undefined;

  readonly buffer = (): Uint8Array => this.free.pop() ?? new Uint8Array(READ_BYTES);

  readonly callback = (bytes: number, buffer: Uint8Array): boolean => {
    this.take(buffer.subarray(0, bytes));
    return true;
  };

  giveBack({ buffer }: Uint8Array): void {
    this.free.push(new Uint8Array(buffer));
  }
}

export class TcpTransport implements Transport {
  private readonly pieces: Uint8Array[] = [];
  private queued = 0;
  private ended = false;
  private error: Error | undefined;
  private wake: () => void = () => undefined;
  /** The result of the last `receive`. */
  private given: Uint8Array | undefined;

  /** @param buffers the memory that the socket reads into, if it was created with it */
  constructor(
    private readonly socket: Socket,
    readonly peer: string,
    private readonly buffers?: ReadBuffers,
  ) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const take = (piece: Uint8Array): void => {
      this.pieces.push(piece);
      this.queued += piece.byteLength;
      if (this.queued > READ_AHEAD) socket.pause();
      this.wake();
    };
    if (buffers === undefined) socket.on("data", take);
    else buffers.take = take;
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    socket.on("error", (error) => {
      this.error = error;
      end();
    });
    socket.on("end", end);
    socket.on("close", end);
  }

  async send(...pieces: readonly Uint8Array[]): Promise<void> {
    if (this.socket.destroyed || this.socket.writableEnded) {
      throw connectionError(this.peer, this.error ?? new Error("it is closed"));
    }
    this.socket.cork();
    let flows = true;
    for (const piece of pieces) flows = this.socket.write(ownBytes(piece));
    this.socket.uncork();
    if (flows || !this.socket.writableNeedDrain) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        this.socket.off("drain", done).off("close", done);
        if (this.socket.destroyed) {
          reject(connectionError(this.peer, this.error ?? new Error("it was closed")));
        } else resolve();
      };
      this.socket.on("drain", done).on("close", done);
    });
  }

  async receive(): Promise<Uint8Array | undefined> {
    if (this.given !== undefined) this.buffers?.giveBack(this.given);
    this.given = undefined;
    while (this.pieces.length === 0) {
      if (this.error !== undefined) throw connectionError(this.peer, this.error);
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const piece = this.pieces.shift()!;
    this.given = piece;
    this.queued -= piece.byteLength;
    if (this.socket.isPaused() && this.queued <= READ_AHEAD / 2) this.socket.resume();
    return piece;
  }

  close(): void {
    this.ended = true;
    // Written bytes are still sent; received bytes are not read any more.
    this.socket.end();
    this.socket.destroySoon();
    this.wake();
  }
}

/** Copies shared memory, which sockets do not accept. */
function ownBytes(piece: Uint8Array): Uint8Array {
  return piece.buffer instanceof ArrayBuffer ? piece : new Uint8Array(piece);
}

/**
 * Connects to a server.
 * @throws ConnectionLostError, RpcTimeoutError
 */
export async function connectTcp(
  host: string,
  port: number,
  timeoutMs: number,
): Promise<TcpTransport> {
  const peer = `${host}:${port}`;
  const buffers = new ReadBuffers();
  const socket = connect({ host, port, onread: buffers });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new RpcTimeoutError(`${peer} does not answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve();
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(connectionError(peer, error));
    });
  });
  return new TcpTransport(socket, peer, buffers);
}
