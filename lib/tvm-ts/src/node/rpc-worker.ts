/// <reference types="node" />
/**
 * A server's worker: a process that serves a single session. It takes connections from the server's
 * process until a client presents a key that the server accepts, serves this client and ends.
 */

import type { Socket } from "node:net";
import {
  answerHello,
  ByteStream,
  LIMITS,
  readHello,
  refuseHello,
  sentenceOf,
  serveSession,
  type ServedMachine,
} from "../rpc";
import { acceptTransport } from "./accept-transport";
import { DirectoryFiles } from "./directory-files";

/** From the server's process to a worker. */
export type ToWorker =
  | { readonly kind: "connection"; readonly allowOrigin: readonly string[] }
  | { readonly kind: "verdict"; readonly accepted: boolean };

/** From a worker to the server's process. */
export type FromWorker =
  /** The worker can take a connection; a previous connection ended without a session. */
  | { readonly kind: "ready" }
  /** A connection presents a key. */
  | { readonly kind: "key"; readonly matchKey: string; readonly timeout: number | undefined }
  | { readonly kind: "log"; readonly line: string };

/** Time limit in milliseconds for a connection's key. */
const HELLO_MS = 5000;

export interface WorkerOptions {
  readonly key: string;
  readonly workdir?: string;
  /** Bytes of a session's files. */
  readonly fileBytes: number;
}

/** Runs the worker for the server's process, which started this process. */
export function serveAsWorker(
  { key, workdir, fileBytes }: WorkerOptions,
  machineWith: (files: DirectoryFiles) => ServedMachine,
): void {
  const tell = (message: FromWorker): void => void process.send?.(message);
  const log = (line: string): void => tell({ kind: "log", line });
  let verdict: (accepted: boolean) => void = () => undefined;
  let files: DirectoryFiles | undefined;
  process.on("exit", () => files?.close());
  // The server's process ended, so the worker ends.
  process.on("disconnect", () => process.exit(0));
  process.on("SIGTERM", () => process.exit(0));
  process.on("SIGINT", () => undefined);
  process.on("message", (message: ToWorker, socket?: Socket) => {
    if (message.kind === "verdict") verdict(message.accepted);
    else if (socket === undefined) tell({ kind: "ready" });
    else void take(socket, message.allowOrigin);
  });
  tell({ kind: "ready" });

  async function take(socket: Socket, allowOrigin: readonly string[]): Promise<void> {
    const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
    try {
      if (await serve(socket, allowOrigin)) process.exit(0);
    } catch (error) {
      log(`${peer}: ${sentenceOf(error)}`);
      if (files !== undefined) process.exit(0);
    }
    socket.destroySoon();
    tell({ kind: "ready" });
  }

  /** @returns whether the client got a session */
  async function serve(socket: Socket, allowOrigin: readonly string[]): Promise<boolean> {
    const timer = setTimeout(() => socket.destroy(), HELLO_MS);
    const transport = await acceptTransport(socket, { allowOrigin, timeoutMs: HELLO_MS });
    const stream = new ByteStream(transport);
    const hello = await readHello(stream, LIMITS);
    clearTimeout(timer);
    if (hello === undefined) return false;
    const accepted = await new Promise<boolean>((resolve) => {
      verdict = resolve;
      tell({ kind: "key", matchKey: hello.matchKey, timeout: hello.timeout });
    });
    if (!accepted) {
      await refuseHello(transport);
      transport.close();
      log(`${transport.peer}: key refused`);
      return false;
    }
    files = new DirectoryFiles(workdir, fileBytes);
    await answerHello(transport, key);
    log(`${transport.peer}: session started`);
    await serveSession(transport, stream, machineWith(files));
    log(`${transport.peer}: session ended`);
    // Sent bytes leave before the process ends.
    await new Promise<void>((resolve) => {
      if (socket.destroyed) resolve();
      else socket.once("close", () => resolve());
      setTimeout(resolve, 1000).unref();
    });
    return true;
  }
}
