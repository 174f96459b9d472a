/** Traces what an accelerator executes while a program runs. */

import { runtime, UsageError, withCleanup } from "tvm-ts";
import type { VtaDevice } from "./accelerators";
import { ExecutionTrace, type ExecutionTraceOptions } from "../accelerator";
import { extDev } from "./devices";

export interface TraceOptions extends Pick<ExecutionTraceOptions, "limit"> {
  /** The accelerator to trace; `vta.extDev(0)` if left out. */
  readonly device?: VtaDevice;
}

/** Devices that are being traced. */
const traced = new WeakSet<VtaDevice>();

/**
 * Runs `body` and records every instruction that the accelerator executes meanwhile: its fields, its reads
 * and writes, its tokens, and the statement of the lowered program that recorded it. The trace shows itself
 * in a notebook.
 *
 *     vta.trace(() => f(A, B, C))
 *     await vta.trace(() => remoteF(A, B, C)) // if calls are asynchronous
 *
 * @throws UsageError when the accelerator is being traced already. Errors of `body` are rethrown.
 */
export function trace<T>(body: () => Promise<T>, options?: TraceOptions): Promise<ExecutionTrace>;
export function trace(body: () => unknown, options?: TraceOptions): ExecutionTrace;
export function trace(
  body: () => unknown,
  { device = extDev(), ...options }: TraceOptions = {},
): ExecutionTrace | Promise<ExecutionTrace> {
  const { queue } = device;
  if (traced.has(device)) {
    throw new UsageError(
      "vta-profile",
      `${device} is being traced already; traces cannot be nested`,
    );
  }
  const callers: (runtime.Caller | undefined)[] = [];
  const recorded = new ExecutionTrace(device.env, { ...options, callerOf: (i) => callers[i] });
  const stop = (): void => {
    traced.delete(device);
    unobserve();
    queue.watch(undefined);
  };
  const unobserve = queue.accelerator.observe(recorded);
  traced.add(device);
  queue.watch((index) => (callers[index] = runtime.callerOf(device)));
  let result: unknown;
  const run = (): void => {
    result = body();
  };
  withCleanup(run, () => {
    if (!(result instanceof Promise)) stop();
  });
  return result instanceof Promise ? result.finally(stop).then(() => recorded) : recorded;
}
