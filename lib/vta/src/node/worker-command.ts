#!/usr/bin/env node
/// <reference types="node" />
/**
 * `tvm-vta-worker`: measures trials from a queue in Redis. The trials run in threads, so that this thread can
 * renew their locks: a trial whose lock is not renewed goes to another worker.
 */

import { availableParallelism } from "node:os";
import { Worker } from "bullmq";
import { Command, InvalidArgumentError } from "commander";
import { TvmError } from "tvm-ts";
import { pool } from "workerpool";
import type { TrialResult } from "../explore";
import { connectRedis, decodeJob, DEFAULT_QUEUE, DEFAULT_URL } from "./bullmq";
import { workerScript } from "./worker-threads";

/** Milliseconds after which a trial whose worker disappeared goes to another one. */
const LOCK_MS = 5000;

interface Options {
  readonly redis: string;
  readonly queue: string;
  readonly threads: number;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("it must be an integer of at least 1.");
}

async function work({ redis, queue, threads }: Options): Promise<void> {
  const connection = await connectRedis(redis);
  const workers = pool(workerScript(), { maxWorkers: threads, workerType: "thread" });
  const worker = new Worker<unknown, TrialResult>(
    queue,
    async (job) => (await workers.exec("measure", [decodeJob(job.data)])) as TrialResult,
    { connection, concurrency: threads, lockDuration: LOCK_MS, stalledInterval: LOCK_MS },
  );
  worker.on("error", (error) => console.error(`tvm-vta-worker: ${error.message}`));
  await worker.waitUntilReady();
  console.log(`tvm-vta-worker: measuring trials of ${queue} at ${redis}, ${threads} at a time`);
  const stop = (): void => {
    void worker
      .close()
      .then(() => workers.terminate(true))
      .then(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

new Command("tvm-vta-worker")
  .description("Measures the trials of explorations that use a queue in Redis.")
  .option("--redis <url>", "URL of Redis", DEFAULT_URL)
  .option("--queue <name>", "the queue's name", DEFAULT_QUEUE)
  .option("--threads <count>", "trials at the same time", count, availableParallelism())
  .action((options: Options) =>
    work(options).catch((error: unknown) => {
      console.error(`tvm-vta-worker: ${error instanceof TvmError ? error.message : String(error)}`);
      process.exit(1);
    }),
  )
  .parse();
