/** A client's end of a connection: sends requests and receives answers in the same order. */

import {
  BadPacketError,
  ConnectionLostError,
  RemoteError,
  RpcTimeoutError,
  sentenceOf,
  SessionClosedError,
} from "../rpc-errors";
import { RpcError } from "../../support";
import {
  ByteStream,
  greetServer,
  LIMITS,
  packet,
  PROTOCOL_VERSION,
  readBody,
  readHead,
  readValues,
  RpcCode,
  valuesPacket,
  writeValues,
  type ByteReader,
  type Limits,
  type PacketHead,
  type Transport,
  type WireValue,
} from "../protocol";
import { remoteSentence } from "./remote-text";

export interface ConnectionOptions {
  /** The server's key, or the match key from a tracker; empty if left out. */
  readonly key?: string;
  /** The session's time limit in seconds; none if left out or 0. */
  readonly sessionTimeout?: number;
}

interface Waiting {
  /** The destination of a `CopyAck`'s bytes; a `Return` is expected if left out. */
  readonly into?: Uint8Array;
  resolve(body: ByteReader | undefined): void;
  reject(error: unknown): void;
}

export class Connection {
  private readonly waiting: Waiting[] = [];
  private failure: RpcError | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When the server may end the session, and the error for that. */
  private timeout: { readonly at: number; readonly error: RpcTimeoutError } | undefined;

  private constructor(
    private readonly transport: Transport,
    private readonly stream: ByteStream,
    private readonly limits: Limits,
  ) {}

  /**
   * Performs the handshake with the server on the other side of a transport.
   * @throws KeyRefusedError, ConnectionLostError, BadPacketError; the transport is then closed.
   */
  static async open(
    transport: Transport,
    { key = "", sessionTimeout = 0 }: ConnectionOptions,
    limits: Limits = LIMITS,
  ): Promise<Connection> {
    const stream = new ByteStream(transport);
    const connection = new Connection(transport, stream, limits);
    const hello = { matchKey: key, ...(sessionTimeout > 0 && { timeout: sessionTimeout }) };
    // The server's time limit starts when it has received the key, so not before now.
    const started = performance.now();
    try {
      await greetServer(transport, stream, hello, limits);
    } catch (error) {
      transport.close();
      throw error;
    }
    if (sessionTimeout > 0) connection.endAfter(sessionTimeout, started);
    void connection.receive();
    await connection.request(
      packet(RpcCode.InitServer, (writer) => {
        writer.string(PROTOCOL_VERSION);
        writeValues(writer, []);
      }),
    );
    return connection;
  }

  get peer(): string {
    return this.transport.peer;
  }

  get isOpen(): boolean {
    return this.failure === undefined;
  }

  /**
   * Sends values as a packet.
   * @param handle of the function to call
   * @returns the values of the answer
   */
  async send(code: RpcCode, values: readonly WireValue[], handle?: bigint): Promise<WireValue[]> {
    return this.request(valuesPacket(code, values, handle));
  }

  /** Sends a packet. @returns the values of the answer */
  async request(pieces: readonly Uint8Array[]): Promise<WireValue[]> {
    const body = (await this.exchange(pieces))!;
    const values = readValues(body);
    body.end();
    return values;
  }

  /** Sends a packet. @param into the memory that the bytes of the answer fill */
  async fetch(pieces: readonly Uint8Array[], into: Uint8Array): Promise<void> {
    await this.exchange(pieces, into);
  }

  /** Ends the session: requests without an answer fail. */
  async close(): Promise<void> {
    if (this.failure !== undefined) return;
    const sent = this.transport.send(...packet(RpcCode.Shutdown)).catch(() => undefined);
    this.fail(new SessionClosedError(`the session with ${this.peer} is closed`));
    await sent;
    this.transport.close();
  }

  private exchange(pieces: readonly Uint8Array[], into?: Uint8Array) {
    return new Promise<ByteReader | undefined>((resolve, reject) => {
      if (this.failure !== undefined) {
        // Each caller gets an error that points at its own call.
        const Kind = this.failure.constructor as new (sentence: string) => RpcError;
        throw new Kind(this.failure.sentence);
      }
      this.waiting.push({ ...(into !== undefined && { into }), resolve, reject });
      this.transport.send(...pieces).catch((error: unknown) => this.lose(error));
    });
  }

  private async receive(): Promise<void> {
    try {
      for (;;) {
        const head = await readHead(this.stream, this.limits);
        if (head === undefined) return this.lose();
        const into = this.waiting[0]?.into;
        if (head.code === RpcCode.CopyAck && into !== undefined) await this.takeCopy(head, into);
        else this.take(head.code, await readBody(this.stream, head.bytes, this.limits));
      }
    } catch (error) {
      this.lose(error);
    }
  }

  /** The bytes are copied from the connection to their destination without a buffer in between. */
  private async takeCopy({ bytes }: PacketHead, into: Uint8Array): Promise<void> {
    if (bytes !== into.byteLength) {
      throw new BadPacketError(
        `${this.peer} sent ${bytes} bytes of an array instead of ${into.byteLength}`,
      );
    }
    await this.stream.drain(bytes, (piece, at) => into.set(piece, at));
    this.waiting.shift()?.resolve(undefined);
  }

  private take(code: RpcCode, body: ByteReader): void {
    const waiting = this.waiting.shift();
    if (waiting === undefined) {
      throw new BadPacketError(`${this.peer} sent ${RpcCode[code]}, but there was no request`);
    }
    const expected = waiting.into === undefined ? RpcCode.Return : RpcCode.CopyAck;
    if (code === expected) {
      waiting.resolve(body);
      return;
    }
    if (code === RpcCode.Exception) {
      const [text] = readValues(body);
      if (text?.kind === "str") {
        const sentence = `${this.peer} reports: ${remoteSentence(text.value)}`;
        waiting.reject(new RemoteError(sentence, text.value));
        return;
      }
    }
    const error = new BadPacketError(
      `${this.peer} answered ${RpcCode[code]} instead of ${RpcCode[expected]}`,
    );
    waiting.reject(error);
    throw error;
  }

  private lose(cause?: unknown): void {
    const isLost = cause === undefined || cause instanceof ConnectionLostError;
    if (isLost && this.timeout !== undefined && performance.now() >= this.timeout.at) {
      return this.fail(this.timeout.error);
    }
    if (cause instanceof RpcError) return this.fail(cause);
    const why = cause === undefined ? "it closed the connection" : sentenceOf(cause);
    this.fail(new ConnectionLostError(`the connection with ${this.peer} is lost: ${why}`));
  }

  private endAfter(seconds: number, started: number): void {
    const error = new RpcTimeoutError(
      `the session with ${this.peer} ended: its time-out of ${seconds} s has passed`,
    );
    this.timeout = { at: started + seconds * 1000, error };
    this.timer = setTimeout(() => this.fail(error), seconds * 1000);
  }

  /** Fails all requests; only the first error counts. */
  private fail(error: RpcError): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.splice(0)) reject(error);
    if (!(error instanceof SessionClosedError)) this.transport.close();
  }
}
