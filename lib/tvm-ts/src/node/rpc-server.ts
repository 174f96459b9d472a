/// <reference types="node" />
/**
 * A server: listens, passes each connection to a worker process, and announces itself to a tracker.
 * A session that crashes, runs too long or leaks memory affects only its own process.
 */

import { fork, type ChildProcess } from "node:child_process";
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { availableParallelism } from "node:os";
import { Announcement } from "../rpc";
import { listen, type ListenOptions } from "./listen";
import { openTransport } from "./open-transport";
import type { FromWorker, ToWorker } from "./rpc-worker";

export interface RpcServerOptions extends ListenOptions {
  /** The key that clients must present, or request from the tracker; empty if left out. */
  readonly key?: string;
  /** URL of the tracker that the server is announced to: `tcp://host:port`. */
  readonly tracker?: string;
  /** The server's address for clients, if it differs from the address that the tracker sees. */
  readonly customHost?: string;
  /** The most sessions at the same time; the number of processors if left out. */
  readonly sessions?: number;
  /** Origins of web pages that may connect, in addition to loopback; `*` for all. */
  readonly allowOrigin?: readonly string[];
  /** The worker's program, which calls `serveAsWorker`, and its arguments. */
  readonly worker: { readonly file: string; readonly args: readonly string[] };
  log?(line: string): void;
}

export interface RunningServer {
  readonly port: number;
  /** Ends the server and all sessions. */
  close(): Promise<void>;
}

/** The most connections that wait for a worker. */
const MAX_WAITING = 1024;
/** Milliseconds before a worker that failed at its start is replaced. */
const RESTART_MS = 500;

/** Starts a server. @throws UsageError when no port is free */
export async function startServer(options: RpcServerOptions): Promise<RunningServer> {
  const server = new RpcServer(options);
  await server.start();
  return server;
}

/** A process that serves, or will serve, one session. */
interface Worker {
  readonly process: ChildProcess;
  state: "starting" | "ready" | "greeting" | "serving" | "ending";
  slot: Announcement | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

class RpcServer implements RunningServer {
  port = 0;
  private readonly workers = new Set<Worker>();
  private readonly waiting: Socket[] = [];
  private readonly slots: Announcement[] = [];
  private readonly listener = createServer({ pauseOnConnect: true }, (socket) =>
    this.accept(socket),
  );
  private readonly sessions: number;
  private closing = false;

  constructor(private readonly options: RpcServerOptions) {
    this.sessions = options.sessions ?? availableParallelism();
  }

  async start(): Promise<void> {
    this.port = await listen(this.listener, this.options);
    this.startWorker();
    const { tracker, key = "", customHost } = this.options;
    if (tracker === undefined) return;
    for (let i = 0; i < this.sessions; i++) {
      this.slots.push(
        new Announcement({
          connect: () => openTransport(tracker, 5000),
          key,
          port: this.port,
          ...(customHost !== undefined && { customHost }),
          log: (line) => this.log(line),
        }),
      );
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    for (const slot of this.slots) slot.close();
    for (const socket of this.waiting.splice(0)) socket.destroy();
    const ended = [...this.workers].map(
      ({ process }) =>
        new Promise<void>((resolve) => {
          process.once("exit", () => resolve());
          process.kill("SIGTERM");
          // A worker in a computation does not handle the signal.
          setTimeout(() => process.kill("SIGKILL"), 500).unref();
        }),
    );
    // No connection is accepted from here on. The callback of `close` is not used: it waits for
    // each worker to confirm its sockets, and a worker that ends does not.
    this.listener.close();
    await Promise.all(ended);
  }

  private log(line: string): void {
    this.options.log?.(line);
  }

  private accept(socket: Socket): void {
    socket.on("error", () => undefined);
    if (this.waiting.length >= MAX_WAITING) {
      this.log(`${MAX_WAITING} connections are waiting already; another connection is refused`);
      socket.destroy();
      return;
    }
    this.waiting.push(socket);
    this.dispatch();
  }

  /** Passes connections to waiting workers, and starts a worker if none waits. */
  private dispatch(): void {
    for (const worker of this.workers) {
      if (worker.state !== "ready") continue;
      const socket = this.waiting.shift();
      if (socket === undefined) break;
      worker.state = "greeting";
      const message: ToWorker = {
        kind: "connection",
        allowOrigin: this.options.allowOrigin ?? [],
      };
      worker.process.send(message, socket, {}, (error) => {
        if (error !== null) socket.destroy();
      });
    }
    const idle = [...this.workers].some(({ state }) => state === "ready" || state === "starting");
    // One more worker than sessions, so that a connection with a wrong key is answered immediately.
    if (!idle && this.workers.size <= this.sessions && !this.closing) this.startWorker();
  }

  /** Ends waiting workers except one; there may be more after connections without a session. */
  private endSurplus(): void {
    const idle = [...this.workers].filter(({ state }) => state === "ready");
    for (const worker of idle.slice(1)) {
      worker.state = "ending";
      worker.process.kill("SIGTERM");
    }
  }

  private startWorker(): void {
    const { file, args } = this.options.worker;
    const process = fork(file, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    const worker: Worker = { process, state: "starting", slot: undefined, timer: undefined };
    const started = Date.now();
    this.workers.add(worker);
    let errors = "";
    process.stderr?.on("data", (text: Buffer) => (errors = (errors + String(text)).slice(-2000)));
    process.on("message", (message: FromWorker) => this.handleMessage(worker, message));
    process.on("error", (error) => this.log(`a worker cannot be started: ${error.message}`));
    process.on("exit", (code) => {
      this.workers.delete(worker);
      clearTimeout(worker.timer);
      worker.slot?.release();
      if (code !== 0 && code !== null)
        this.log(`a worker ended with code ${code}: ${errors.trim()}`);
      if (this.closing) return;
      const failedAtOnce = worker.state === "starting" && Date.now() - started < RESTART_MS;
      if (failedAtOnce) setTimeout(() => this.dispatch(), RESTART_MS).unref();
      else this.dispatch();
    });
  }

  private handleMessage(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case "log":
        this.log(message.line);
        return;
      case "ready":
        worker.state = "ready";
        this.dispatch();
        this.endSurplus();
        return;
      case "key": {
        const accepted = this.admit(worker, message.matchKey, message.timeout);
        const verdict: ToWorker = { kind: "verdict", accepted };
        worker.process.send(verdict);
        this.dispatch();
        return;
      }
    }
  }

  /** Whether a client with this key gets the worker. */
  private admit(worker: Worker, matchKey: string, timeout: number | undefined): boolean {
    const { tracker, key = "" } = this.options;
    if (tracker === undefined) {
      if (!isSameKey(matchKey, key)) return false;
    } else {
      const slot = this.slots.find(
        ({ matchKey: own }) => own !== undefined && isSameKey(matchKey, own),
      );
      if (slot === undefined) return false;
      slot.take();
      worker.slot = slot;
    }
    worker.state = "serving";
    if (timeout !== undefined) {
      worker.timer = setTimeout(() => {
        this.log(`a session was ended after its time-out of ${timeout} s`);
        worker.process.kill("SIGTERM");
        setTimeout(() => worker.process.kill("SIGKILL"), 500).unref();
      }, timeout * 1000);
    }
    return true;
  }
}

/** Compares keys in constant time. */
function isSameKey(given: string, own: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(own));
}
