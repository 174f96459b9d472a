/// <reference types="node" />
/** Worker threads that measure trials. */

import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { UsageError } from "tvm-ts";
import { pool, type Pool } from "workerpool";
import { FirstOfClass, jobOf, type Engine, type EngineSession, type TrialResult } from "../explore";

/**
 * An engine of worker threads, one for each processor if `count` is left out.
 * @throws UsageError unless `count` is an integer of at least 1.
 */
export function workerThreads(count: number = availableParallelism()): Engine {
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError(
      "explore-study",
      `the number of worker threads is ${count}; it must be an integer of at least 1`,
    );
  }
  return {
    name: `${count} worker threads`,
    open(space, options) {
      const workers = pool(workerScript(), { maxWorkers: count, workerType: "thread" });
      const first = new FirstOfClass(space, options.check !== false);
      const session: EngineSession = {
        workers: count,
        measure: (index) =>
          first.run(index, (check) => {
            const job = jobOf(space, index, { ...options, check });
            return job.kind === "done" ? job.result : runMeasure(workers, job);
          }),
        async close() {
          await workers.terminate(true);
        },
      };
      return Promise.resolve(session);
    },
  };
}

async function runMeasure(workers: Pool, job: unknown): Promise<TrialResult> {
  return (await workers.exec("measure", [job])) as TrialResult;
}

/** The worker's program is a file of the built library, because threads do not load TypeScript. */
export function workerScript(): string {
  return createRequire(__filename).resolve("vta-ts/dist/explore-worker.js");
}
