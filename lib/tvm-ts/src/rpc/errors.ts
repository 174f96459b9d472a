/** What can go wrong between two machines, one class for each cause. */

import { RpcError, TvmError } from "../support";

/** The other side did not answer in time, or the session's time is up. */
export class RpcTimeoutError extends RpcError {
  override readonly name = "RpcTimeoutError";
}

/** The connection could not be made, or ended before the answer came. */
export class ConnectionLostError extends RpcError {
  override readonly name = "ConnectionLostError";
}

/** The server serves another key. */
export class KeyRefusedError extends RpcError {
  override readonly name = "KeyRefusedError";
}

/** Bytes that are not in the format, or exceed a limit. */
export class BadPacketError extends RpcError {
  override readonly name = "BadPacketError";
}

/** The other side reports an error of a function that it ran. */
export class RemoteError extends RpcError {
  override readonly name = "RemoteError";

  /** @param remoteText the other side's message, with its stack trace if it sent one */
  constructor(
    sentence: string,
    readonly remoteText: string,
  ) {
    super(sentence);
  }
}

/** The sentence of an error, without place and notes. */
export function sentenceOf(error: unknown): string {
  if (error instanceof TvmError) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}
