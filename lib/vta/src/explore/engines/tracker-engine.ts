/**
 * Trials on the servers of an RPC tracker: each is measured in a session with a server; sessions are reused.
 * If the server of a trial is lost, another one measures the trial.
 */

import {
  ConnectionLostError,
  ready,
  rpc,
  RpcTimeoutError,
  UsageError,
  type ServedFunction,
  type Session,
} from "tvm-ts";
import type { Engine, EngineSession, TrialResult } from "../engine";
import { FirstOfClass } from "../trial";
import { jobOf, runJob, type Job } from "./job";

/** The function of a server that measures a trial. */
export const MEASURE_FUNCTION = "vta.explore.measure";
/** How many lost servers a trial tolerates before the exploration ends with an error. */
const ATTEMPTS = 5;

export interface TrackerEngineOptions {
  /** `tcp://host:port` or `ws://host:port`. */
  readonly url: string;
  /** The match key of the servers; `vta` if left out. */
  readonly key?: string;
  /** Requests of higher priority get servers first; 1 if left out. */
  readonly priority?: number;
  /** Sessions at the same time; as many as there are servers if left out. */
  readonly workers?: number;
}

/**
 * An engine whose trials are measured by `tvm-vta-rpc-server --tracker HOST:PORT --key vta` processes.
 *
 *     new vta.explore.Study(space, { engine: vta.explore.tracker({ url: "tcp://127.0.0.1:9190" }) })
 */
export function tracker({ url, key = "vta", priority = 1, workers }: TrackerEngineOptions): Engine {
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 1)) {
    throw new UsageError(
      "explore-study",
      `workers is ${workers}; it must be an integer of at least 1`,
    );
  }
  return {
    name: `the servers '${key}' of the tracker ${url}`,
    async open(space, options) {
      const connection = await rpc.connectTracker(url);
      const { queues } = await connection.summary();
      const servers = queues.find((queue) => queue.key === key)?.total ?? 0;
      if (servers === 0) {
        await connection.close();
        const keys = queues.map((queue) => `'${queue.key}'`).join(", ") || "none";
        throw new UsageError(
          "explore-study",
          `the tracker ${url} has no server of the key '${key}'; it has ${keys}`,
        );
      }
      const sessions = new Sessions(() => connection.request(key, { priority }));
      const measured = async (job: Job): Promise<TrialResult> => {
        for (let attempt = 1; ; attempt++) {
          const session = await sessions.take();
          try {
            const result = await measureIn(session, job);
            sessions.give(session);
            return result;
          } catch (error) {
            await session.close().catch(() => undefined);
            const isLost = error instanceof ConnectionLostError || error instanceof RpcTimeoutError;
            if (!isLost || attempt === ATTEMPTS) throw error;
          }
        }
      };
      const first = new FirstOfClass(space, options.check !== false);
      const session: EngineSession = {
        workers: workers ?? servers,
        measure: (index) =>
          first.run(index, (check) => {
            const job = jobOf(space, index, { ...options, check });
            return job.kind === "done" ? job.result : measured(job);
          }),
        async close() {
          await sessions.close();
          await connection.close();
        },
      };
      return session;
    },
  };
}

/** A pool of sessions. With fewer servers than workers, trials wait for a session. */
class Sessions {
  private readonly idle: Session[] = [];
  private readonly waiting: { give(session: Session): void; fail(error: unknown): void }[] = [];
  private requests = 0;
  private closed = false;

  constructor(private readonly request: () => Promise<Session>) {}

  /** A session from the pool, else a new one with the next free server. */
  async take(): Promise<Session> {
    const kept = this.idle.pop();
    if (kept !== undefined) return kept;
    return new Promise<Session>((give, fail) => {
      this.waiting.push({ give, fail });
      if (this.requests < this.waiting.length) void this.requestServer();
    });
  }

  give(session: Session): void {
    if (this.closed) void session.close().catch(() => undefined);
    else if (this.waiting.length > 0) this.waiting.shift()!.give(session);
    else this.idle.push(session);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.idle.splice(0).map((one) => one.close().catch(() => undefined)));
  }

  private async requestServer(): Promise<void> {
    this.requests++;
    try {
      this.give(await this.request());
    } catch (error) {
      this.waiting.shift()?.fail(error);
    } finally {
      this.requests--;
    }
  }
}

async function measureIn(session: Session, job: Job): Promise<TrialResult> {
  const measure = await session.getFunction(MEASURE_FUNCTION);
  // A module's bytes are sent as they are, the rest as JSON.
  const { bytes, ...fields } = { bytes: undefined, ...job };
  const answer = await measure(JSON.stringify(fields), bytes ?? null);
  await measure.free();
  return JSON.parse(String(answer)) as TrialResult;
}

/** The function that a server registers as `MEASURE_FUNCTION`. */
export const serveMeasure: ServedFunction = async (fields, bytes) => {
  if (typeof fields !== "string")
    throw new UsageError("explore-study", "a trial is needed as JSON text");
  await ready();
  const job = JSON.parse(fields) as Job;
  return JSON.stringify(runJob(bytes instanceof Uint8Array ? ({ ...job, bytes } as Job) : job));
};
