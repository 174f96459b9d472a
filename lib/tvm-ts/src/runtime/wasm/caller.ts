/**
 * Finds the caller of an external function: the module whose code runs on a device, and the
 * statement of its text that makes the call.
 */

import type { Artifact } from "../../artifact";
import type { Device } from "../device";

/** `text().slice(start, end)` is the statement that makes the call. */
export interface Caller {
  /** The module's functions as text; the same function for every call of a module. */
  readonly text: () => string;
  readonly start: number;
  readonly end: number;
}

/** Code that a device runs. */
export interface RunningCode {
  readonly artifact: Artifact;
  /** The number of the external call that it makes; `NO_CALL` while it makes none. */
  readonly externalCall: number;
}

/** The code that runs on a device, in the order of the calls. */
const running = new WeakMap<Device, RunningCode[]>();

export function isRunning(device: Device): boolean {
  return (running.get(device)?.length ?? 0) > 0;
}

/** Called when a call of a module's code begins. */
export function enter(device: Device, code: RunningCode): void {
  const calls = running.get(device);
  if (calls === undefined) running.set(device, [code]);
  else calls.push(code);
}

/** Called when it ends. */
export function leave(device: Device): void {
  running.get(device)?.pop();
}

/** The callers in a module's code, by the numbers of their external calls. */
const callers = new WeakMap<Artifact, readonly Caller[]>();

/**
 * The caller of the current external function; undefined if no code runs on the device, or if the
 * module does not have the places of its calls.
 */
export function callerOf(device: Device): Caller | undefined {
  const code = running.get(device)?.at(-1);
  if (code === undefined) return undefined;
  const { artifact, externalCall } = code;
  let found = callers.get(artifact);
  if (found === undefined) {
    found = artifact.calls().map((place) => ({ text: artifact.tir, ...place }));
    callers.set(artifact, found);
  }
  return found[externalCall];
}
