/**
 * The handshake. Client: magic number, key `client:<match key>[ -timeout=<seconds>]`. Server:
 * accepted or refused, and if accepted its own key.
 */

import { BadPacketError, ConnectionLostError, KeyRefusedError } from "../rpc-errors";
import { ByteWriter } from "./byte-writer";
import { RPC_DUPLICATE_KEY, RPC_KEY_MISMATCH, RPC_MAGIC } from "./codes";
import type { Limits } from "./limits";
import type { ByteStream, Transport } from "./transport";

const CLIENT = "client:";
const TIMEOUT = "-timeout=";

/** The contents of a client's key. */
export interface ClientHello {
  /** The server's key, or the match key from a tracker. */
  readonly matchKey: string;
  /** The session's time limit in seconds; none if left out. */
  readonly timeout?: number;
}

/** The client's side. @returns the server's key, `server:...` */
export async function greetServer(
  transport: Transport,
  stream: ByteStream,
  { matchKey, timeout }: ClientHello,
  limits: Limits,
): Promise<string> {
  const key = CLIENT + matchKey + (timeout === undefined ? "" : ` ${TIMEOUT}${timeout}`);
  await transport.send(new ByteWriter().i32(RPC_MAGIC).shortString(key).finish());
  const answer = await stream.readInt32();
  switch (answer) {
    case RPC_MAGIC:
      break;
    case RPC_KEY_MISMATCH:
      throw new KeyRefusedError(
        `${transport.peer} refuses the key '${matchKey}': the server has another key`,
      );
    case RPC_DUPLICATE_KEY:
      throw new KeyRefusedError(
        `${transport.peer} refuses the key '${matchKey}': another client is using it`,
      );
    case undefined:
      throw new ConnectionLostError(
        `${transport.peer} closed the connection before it answered the key '${matchKey}'`,
      );
    default:
      throw new BadPacketError(
        `${transport.peer} is not a TVM RPC server: it answered 0x${(answer >>> 0).toString(16)} instead of ` +
          `0x${RPC_MAGIC.toString(16)}`,
      );
  }
  const serverKey = await stream.readShortString("the server's key", limits.keyBytes);
  if (serverKey !== undefined) return serverKey;
  throw new ConnectionLostError(`${transport.peer} closed the connection before it sent its key`);
}

/** The server's side, first half; `undefined` when the client closed before its key was complete. */
export async function readHello(
  stream: ByteStream,
  limits: Limits,
): Promise<ClientHello | undefined> {
  const magic = await stream.readInt32();
  if (magic === undefined) return undefined;
  if (magic !== RPC_MAGIC) {
    throw new BadPacketError(
      `the connection starts with 0x${(magic >>> 0).toString(16)} instead of 0x${RPC_MAGIC.toString(16)}`,
    );
  }
  const key = await stream.readShortString("a client's key", limits.keyBytes);
  if (key === undefined) return undefined;
  if (!key.startsWith(CLIENT)) {
    throw new BadPacketError(`the client's key '${key}' does not start with '${CLIENT}'`);
  }
  const [matchKey = "", ...options] = key.slice(CLIENT.length).split(" ");
  const option = options.find((text) => text.startsWith(TIMEOUT));
  if (option === undefined) return { matchKey };
  const timeout = Number(option.slice(TIMEOUT.length));
  if (timeout >= 0) return timeout === 0 ? { matchKey } : { matchKey, timeout };
  throw new BadPacketError(`the client's key has the invalid time-out '${option}'`);
}

/** The server's side, second half. */
export async function answerHello(transport: Transport, serverKey: string): Promise<void> {
  // Sent as two pieces, as in the reference, which reads the number separately.
  await transport.send(
    new ByteWriter().i32(RPC_MAGIC).finish(),
    new ByteWriter().shortString(`server:${serverKey}`).finish(),
  );
}

export async function refuseHello(transport: Transport): Promise<void> {
  await transport.send(new ByteWriter().i32(RPC_KEY_MISMATCH).finish());
}
