/** The services that exploration needs from its host: files for records, workers for trials. */

import { UsageError } from "tvm-ts";
import { MemoryStore, type RecordStore } from "../records";
import type { Engine } from "./engine";

export interface BullmqOptions {
  /** `redis://host:port`; `redis://127.0.0.1:6379` if left out. */
  readonly url?: string;
  /** The queue's name, which workers take too; `tvm-vta` if left out. */
  readonly queue?: string;
  /** The number of trials in the queue at the same time; 32 if left out. */
  readonly parallel?: number;
}

export interface ExploreHost {
  /** The text of shipped records; undefined if there are none of that name. */
  shippedRecords(name: string): string | undefined;
  /** An engine of worker threads; one for each processor if `count` is left out. */
  workerThreads(count?: number): Engine;
  /** An engine whose workers take trials from a queue in Redis. */
  bullmq(options?: BullmqOptions): Engine;
}

let host: ExploreHost | undefined;

/** @internal */
export function setExploreHost(provided: ExploreHost): void {
  host = provided;
}

/**
 * Shipped records. `"resnet18"`: every valid configuration of its ten convolutions, in cycles on `de10`.
 * @throws UsageError when there are none of that name, or the host has no files.
 */
export function recordsOf(name: string): RecordStore {
  const text = exploreHost().shippedRecords(name);
  if (text !== undefined) return new MemoryStore(text);
  throw new UsageError(
    "vta-records",
    `there are no records ${JSON.stringify(name)} here; there is "resnet18"`,
  );
}

/**
 * An engine of worker threads, one for each processor if `count` is left out.
 * @throws UsageError when the host has no threads, or `count` is not an integer of at least 1.
 */
export const workerThreads = (count?: number): Engine => exploreHost().workerThreads(count);

/**
 * An engine whose trials are measured by `tvm-vta-worker --redis URL` processes, on this machine or on
 * others.
 */
export const bullmq = (options?: BullmqOptions): Engine => exploreHost().bullmq(options);

/** @internal */
export function exploreHost(): ExploreHost {
  return host!;
}
