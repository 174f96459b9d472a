/** Errors of remote sessions, a class for each cause. */

import { RpcError, TvmError } from "../support";

/** The other side did not answer in time, or the session's time limit has passed. */
export class RpcTimeoutError extends RpcError {
  override readonly name = "RpcTimeoutError";

  constructor(sentence: string) {
    super("rpc-time-out", sentence);
  }
}

/** The connection could not be made, or ended before the answer came. */
export class ConnectionLostError extends RpcError {
  override readonly name = "ConnectionLostError";

  constructor(sentence: string) {
    super("rpc-connection-lost", sentence);
  }
}

/** The session was closed by this side. */
export class SessionClosedError extends RpcError {
  override readonly name = "SessionClosedError";

  constructor(sentence: string) {
    super("rpc-session-closed", sentence);
  }
}

/** The server has another key. */
export class KeyRefusedError extends RpcError {
  override readonly name = "KeyRefusedError";

  constructor(sentence: string) {
    super("rpc-key-refused", sentence);
  }
}

/** Bytes that are not in the format, or exceed a limit. */
export class BadPacketError extends RpcError {
  override readonly name = "BadPacketError";

  constructor(sentence: string) {
    super("rpc-bad-packet", sentence);
  }
}

/** The other side reports an error of a function that it ran. */
export class RemoteError extends RpcError {
  override readonly name = "RemoteError";

  /** @param remoteText the other side's message, with its stack trace if it sent one */
  constructor(
    sentence: string,
    readonly remoteText: string,
  ) {
    super("rpc-remote-error", sentence);
  }
}

/** The message of an error, without place and notes. */
export function sentenceOf(error: unknown): string {
  if (error instanceof TvmError) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}
