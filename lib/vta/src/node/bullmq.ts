/// <reference types="node" />
/**
 * Trials on many machines: `tvm-vta-worker` processes take them from a queue in Redis. BullMQ retries failed
 * trials, and reassigns a trial whose worker disappeared.
 */

import type { Job as QueuedTrial } from "bullmq";
import type { Redis } from "ioredis";
import { DeviceError, UsageError } from "tvm-ts";
import {
  FirstOfClass,
  jobOf,
  type BullmqOptions,
  type Engine,
  type EngineSession,
  type Job,
  type TrialResult,
} from "../explore";

export const DEFAULT_URL = "redis://127.0.0.1:6379";
export const DEFAULT_QUEUE = "tvm-vta";
/** The most attempts at a trial whose worker disappears. */
const ATTEMPTS = 3;
/** Milliseconds to wait for Redis before the connection fails. */
const CONNECT_TIMEOUT_MS = 3000;

/**
 * A connection that BullMQ can use.
 * @throws UsageError when no Redis answers.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const { Redis } = await import("ioredis");
  const options = {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_TIMEOUT_MS,
  };
  const probe = new Redis(url, { ...options, retryStrategy: () => null });
  // The rejected connect has the reason; the event adds nothing.
  probe.on("error", () => undefined);
  try {
    await probe.connect();
    await probe.ping();
  } catch (cause) {
    throw new UsageError(
      "explore-redis",
      `no Redis answers at ${url}; start one with \`redis-server\` (Debian and Ubuntu: ` +
        `apt install redis-server), or pass { url: "redis://HOST:PORT" }`,
      { cause },
    );
  } finally {
    probe.disconnect();
  }
  return new Redis(url, { ...options, lazyConnect: false });
}

/** Bytes of modules are encoded as text, because Redis stores jobs as JSON. */
function encodeJob(job: Job): unknown {
  if (job.kind === "template") return job;
  return { ...job, bytes: Buffer.from(job.bytes).toString("base64") };
}

/** The inverse of `encodeJob`. */
export function decodeJob(data: unknown): Job {
  const job = data as Job & { readonly bytes?: unknown };
  if (job.kind !== "module") return job;
  return { ...job, bytes: new Uint8Array(Buffer.from(String(job.bytes), "base64")) };
}

/**
 * An engine whose trials are measured by `tvm-vta-worker --redis URL` processes, on this machine or on
 * others.
 */
export function bullmq({
  url = DEFAULT_URL,
  queue: queueName = DEFAULT_QUEUE,
  parallel = 32,
}: BullmqOptions = {}): Engine {
  if (!Number.isInteger(parallel) || parallel < 1) {
    throw new UsageError(
      "explore-study",
      `parallel is ${parallel}; it must be an integer of at least 1`,
    );
  }
  return {
    name: `BullMQ at ${url}`,
    async open(space, options) {
      const { Queue, QueueEvents } = await import("bullmq");
      const connection = await connectRedis(url);
      const queue = new Queue<unknown, TrialResult>(queueName, { connection });
      const events = new QueueEvents(queueName, { connection: await connectRedis(url) });
      await events.waitUntilReady();
      const waiting = new Set<QueuedTrial<unknown, TrialResult>>();
      const first = new FirstOfClass(space, options.check !== false);
      const session: EngineSession = {
        workers: parallel,
        measure: (index) =>
          first.run(index, async (check) => {
            const job = jobOf(space, index, { ...options, check });
            if (job.kind === "done") return job.result;
            const queued = await queue.add("trial", encodeJob(job), {
              attempts: ATTEMPTS,
              removeOnComplete: { age: 60 },
              removeOnFail: { age: 60 },
            });
            waiting.add(queued);
            try {
              return await queued.waitUntilFinished(events);
            } catch (cause) {
              const reason = cause instanceof Error ? cause.message : String(cause);
              throw new DeviceError(
                "explore-study",
                `configuration ${index} could not be measured: ${reason}`,
                {
                  cause,
                },
              );
            } finally {
              waiting.delete(queued);
            }
          }),
        async close() {
          // Jobs that are no longer awaited need not be measured.
          await Promise.all([...waiting].map((queued) => queued.remove().catch(() => undefined)));
          await events.close();
          await queue.close();
          connection.disconnect();
        },
      };
      return session;
    },
  };
}
