/// <reference types="node" />
/** A tracker that listens for its clients and servers. */

import { createServer, type Socket } from "node:net";
import { sentenceOf, Tracker, type TrackerOptions } from "../rpc";
import { acceptTransport } from "./accept-transport";
import { listen, type ListenOptions } from "./listen";

export interface RpcTrackerOptions extends ListenOptions, Omit<TrackerOptions, "onStop"> {
  /** Origins of web pages that may connect, in addition to loopback. */
  readonly allowOrigin?: readonly string[];
}

export interface RunningTracker {
  readonly port: number;
  readonly tracker: Tracker;
  /** Resolves when the tracker has stopped. */
  readonly stopped: Promise<void>;
  close(): Promise<void>;
}

/** Time limit in milliseconds for a connection's magic number. */
const HELLO_MS = 5000;

/** Starts a tracker. @throws UsageError when no port is free */
export async function startTracker(options: RpcTrackerOptions): Promise<RunningTracker> {
  const sockets = new Set<Socket>();
  let markStopped: () => void;
  const stopped = new Promise<void>((resolve) => (markStopped = resolve));
  const tracker = new Tracker({ ...options, onStop: () => void close() });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    acceptTransport(socket, { allowOrigin: options.allowOrigin ?? [], timeoutMs: HELLO_MS }).then(
      (transport) => tracker.serve(transport),
      (error: unknown) => options.log?.(sentenceOf(error)),
    );
  });
  async function close(): Promise<void> {
    tracker.close();
    for (const socket of sockets) socket.destroySoon();
    await new Promise((resolve) => server.close(resolve));
    markStopped();
  }
  const port = await listen(server, options);
  return { port, tracker, stopped, close };
}
