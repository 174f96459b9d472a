/** Replaces this folder in a browser, which has neither files nor environment variables. */

import { UsageError } from "tvm-ts";
import type { Engine } from "../explore";
import type { RecordStore } from "../records";
import { samples, type VtaConfig } from "../hardware";

export function readConfigFile(path: string): VtaConfig {
  throw new UsageError(
    "page-unsupported",
    `${path} cannot be read here; pass the configuration itself to setEnv`,
  );
}

export function defaultConfig(): VtaConfig {
  return samples.sim;
}

export function openRecords(path: string): RecordStore {
  throw new UsageError(
    "page-unsupported",
    `${path} cannot be opened here; pass new vta.explore.MemoryStore()`,
  );
}

export function shippedRecords(): string | undefined {
  return undefined;
}

export function workerThreads(): Engine {
  throw new UsageError(
    "page-unsupported",
    "there are no worker threads here; pass vta.explore.thisThread()",
  );
}

export function bullmq(): Engine {
  throw new UsageError(
    "page-unsupported",
    "Redis cannot be reached from here; pass vta.explore.thisThread()",
  );
}

/** A page has no cache of bitstreams. */
export const bitstreams = { directory: () => "~/.vta_cache", exists: () => false };

const noProcesses = (): never => {
  throw new UsageError("page-unsupported", "a browser page cannot be a server");
};
export const runRpcServer = noProcesses;
export const runRpcTracker = noProcesses;
export const runRpcWorker = noProcesses;
export const startVtaServer = noProcesses;
