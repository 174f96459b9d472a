/** A client's connection with a tracker: requests servers and connects to them. */

import { RpcError, UsageError } from "../../support";
import {
  BadPacketError,
  ConnectionLostError,
  KeyRefusedError,
  RpcTimeoutError,
} from "../rpc-errors";
import { TrackerCode, type Transport } from "../protocol";
import type { Session } from "../session";
import { TrackerChannel, type Json } from "./message";
import { SUMMARY_DETAILS, type ServerInUse } from "./tracker";

export interface TrackerHost {
  /** Opens a connection with the tracker. */
  connect(): Promise<Transport>;
  /** Starts a session with a server that the tracker assigned. */
  openSession(host: string, port: number, key: string, sessionTimeout: number): Promise<Session>;
}

export interface RequestOptions {
  /** Higher priorities are served first; 1 if left out. */
  readonly priority?: number;
  /** The session's time limit in seconds; none if left out or 0. */
  readonly sessionTimeout?: number;
  /** Seconds to wait for a free server; unlimited if left out. */
  readonly waitTimeout?: number;
  /** Attempts with other servers, or with a tracker that is lost; 5 if left out. */
  readonly maxRetry?: number;
  /** The client's name in the tracker's summary. */
  readonly user?: string;
}

export interface RunOptions extends RequestOptions {
  /**
   * Runs the job again on another server when its server is lost; only for jobs that may run twice.
   */
  readonly retry?: boolean;
}

/** A queue of a tracker. */
export interface QueueSummary {
  readonly key: string;
  /** Servers with the key. */
  readonly total: number;
  readonly free: number;
  /** Requests that wait. */
  readonly pending: number;
}

export interface TrackerSummary {
  readonly queues: readonly QueueSummary[];
  readonly servers: readonly { readonly key: string; readonly address: string }[];
  /**
   * With `details`, from this library's trackers: the servers that clients have, and the waiting
   * requests.
   */
  readonly inUse?: readonly ServerInUse[];
  readonly waiting?: readonly Omit<ServerInUse, "address">[];
}

const MAX_RETRY = 5;
/** Milliseconds before the next attempt, for each attempt so far. */
const RETRY_MS = 200;

export class TrackerSession {
  private readonly idle: TrackerChannel[] = [];
  private readonly busy = new Set<TrackerChannel>();
  private closed = false;

  private constructor(
    private readonly host: TrackerHost,
    /** The tracker's address, as the user wrote it. */
    readonly address: string,
  ) {}

  /** @throws ConnectionLostError, RpcTimeoutError, BadPacketError */
  static async open(host: TrackerHost, address: string): Promise<TrackerSession> {
    const tracker = new TrackerSession(host, address);
    tracker.idle.push(await tracker.open());
    return tracker;
  }

  /**
   * A session with a server of a key, as soon as a server is free.
   * @throws RpcTimeoutError when no server is free within `waitTimeout`
   */
  async request(key: string, options: RequestOptions = {}): Promise<Session> {
    const { priority = 1, sessionTimeout = 0, maxRetry = MAX_RETRY, user = "" } = options;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.exchange([TrackerCode.Request, key, user, priority], options);
        const [host, port, matchKey] = grantedServer(answer);
        return await this.host.openSession(host, port, matchKey, sessionTimeout);
      } catch (error) {
        // The server may have ended since its announcement, or replaced a key that was not used in
        // time; the tracker may be restarting.
        const mayPass = error instanceof ConnectionLostError || error instanceof KeyRefusedError;
        if (!mayPass || attempt + 1 >= maxRetry || this.closed) throw error;
        await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS * (attempt + 1)));
      }
    }
  }

  /**
   * Runs `job` in a session with a server of a key, and closes it.
   * @throws what the job throws; ConnectionLostError when its server is lost, unless `retry` is set
   */
  async requestAndRun<T>(
    key: string,
    job: (session: Session) => Promise<T>,
    options: RunOptions = {},
  ): Promise<T> {
    const { maxRetry = MAX_RETRY, retry = false } = options;
    for (let attempt = 0; ; attempt++) {
      const session = await this.request(key, options);
      try {
        return await job(session);
      } catch (error) {
        const lost = error instanceof ConnectionLostError || error instanceof RpcTimeoutError;
        if (!lost || !retry || attempt + 1 >= maxRetry) throw error;
      } finally {
        await session.close().catch(() => undefined);
      }
    }
  }

  /**
   * A summary of the tracker: queues and servers.
   * @param details whether to include assigned servers and waiting clients; TVM's trackers leave
   * them out
   */
  async summary({ details = false } = {}): Promise<TrackerSummary> {
    const answer = await this.exchange([
      TrackerCode.Summary,
      ...(details ? [SUMMARY_DETAILS] : []),
    ]);
    return readSummary(answer, this.address);
  }

  /** The summary as a table. */
  async textSummary(): Promise<string> {
    const { queues, servers } = await this.summary();
    const table = (rows: readonly (readonly string[])[]): string => {
      const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
      return rows
        .map((row) =>
          row
            .map((cell, i) => cell.padEnd(widths[i]!))
            .join("  ")
            .trimEnd(),
        )
        .join("\n");
    };
    const serverRows = servers.map(({ address, key }) => [address, key]);
    const queueRows = queues.map((queue) =>
      [queue.key, queue.total, queue.free, queue.pending].map(String),
    );
    return [
      table([["server", "key"], ...serverRows]),
      "",
      table([["queue", "total", "free", "pending"], ...queueRows]),
      "",
    ].join("\n");
  }

  /** Ends the connection; requests that wait get an error. */
  async close(): Promise<void> {
    this.closed = true;
    for (const channel of [...this.idle.splice(0), ...this.busy]) channel.transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toString(): string {
    return `the tracker ${this.address}${this.closed ? ", closed" : ""}`;
  }

  private async exchange(message: Json, { waitTimeout }: RequestOptions = {}): Promise<Json> {
    if (this.closed)
      throw new RpcError("rpc-tracker", `the session with the tracker ${this.address} is closed`);
    // A request may wait long, so each has its own connection.
    const kept = this.idle.pop();
    const channel = kept ?? (await this.open());
    this.busy.add(channel);
    let timedOut = false;
    const timer =
      waitTimeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            channel.transport.close();
          }, waitTimeout * 1000);
    try {
      const answer = await channel.request(message);
      this.idle.push(channel);
      return answer;
    } catch (error) {
      channel.transport.close();
      if (timedOut) {
        throw new RpcTimeoutError(`${this} had no free server within ${waitTimeout} s`);
      }
      if (this.closed)
        throw new RpcError(
          "rpc-tracker",
          `the session with the tracker ${this.address} was closed during the request`,
        );
      // An idle connection may have been lost unnoticed; retry once with a new connection.
      if (kept !== undefined && error instanceof ConnectionLostError) {
        return await this.exchange(message, waitTimeout === undefined ? {} : { waitTimeout });
      }
      throw error;
    } finally {
      clearTimeout(timer);
      this.busy.delete(channel);
    }
  }

  private async open(): Promise<TrackerChannel> {
    const transport = await this.host.connect();
    const channel = new TrackerChannel(transport);
    try {
      await channel.sendMagic();
      if (await channel.readMagic()) return channel;
    } catch (error) {
      transport.close();
      throw error;
    }
    throw new ConnectionLostError(`the tracker ${this.address} closed the connection`);
  }
}

function grantedServer(answer: Json): [host: string, port: number, matchKey: string] {
  const [status, server] = Array.isArray(answer) ? (answer as readonly Json[]) : [answer];
  if (status === TrackerCode.Success && Array.isArray(server)) {
    const [host, port, matchKey] = server as readonly Json[];
    if (typeof host === "string" && typeof port === "number" && typeof matchKey === "string") {
      return [host, port, matchKey];
    }
  }
  throw new BadPacketError(`the tracker answered a request with ${JSON.stringify(answer)}`);
}

function readSummary(answer: Json, address: string): TrackerSummary {
  try {
    const [status, summary] = answer as [number, Record<string, Json>];
    if (status !== TrackerCode.Success) throw new UsageError("rpc-tracker", "no success");
    const infos = summary["server_info"] as { key: string; addr: Json[] }[];
    const queues = summary["queue_info"] as Record<string, { free: number; pending: number }>;
    return {
      queues: Object.entries(queues).map(([key, { free, pending }]) => ({
        key,
        total: infos.filter((info) => info.key === `server:${key}`).length,
        free,
        pending,
      })),
      servers: infos.map(({ key, addr }) => ({ key, address: addr.join(":") })),
      ...detailsOf(summary),
    };
  } catch {
    throw new BadPacketError(
      `the tracker ${address} answered a request for a summary with ${JSON.stringify(answer)}`,
    );
  }
}

function detailsOf(summary: Record<string, Json>): Pick<TrackerSummary, "inUse" | "waiting"> {
  const { in_use: inUse, waiting } = summary;
  if (!Array.isArray(inUse) || !Array.isArray(waiting)) return {};
  return { inUse: inUse as unknown as ServerInUse[], waiting: waiting as never[] };
}
