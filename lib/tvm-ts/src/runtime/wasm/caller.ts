/**
 * Finds the caller of an external function: the module whose code runs on a device, and the
 * statement of its text that makes the call. It is found from the stack on request; running code
 * does not record it.
 */

import type { Device } from "../device";
import type { Artifact, CallPlace } from "../../artifact";
import type { V8Error, V8Frame } from "../../support";

/** `text().slice(start, end)` is the statement that makes the call. */
export interface Caller {
  /** The module's functions as text; the same function for every call of a module. */
  readonly text: () => string;
  readonly start: number;
  readonly end: number;
}

/** The modules whose code runs on a device, in the order of the calls. */
const running = new WeakMap<Device, Artifact[]>();

export function isRunning(device: Device): boolean {
  return (running.get(device)?.length ?? 0) > 0;
}

/** Called when a call of a module's code begins. */
export function enter(device: Device, contents: Artifact): void {
  const modules = running.get(device);
  if (modules === undefined) running.set(device, [contents]);
  else modules.push(contents);
}

/** Called when it ends. */
export function leave(device: Device): void {
  running.get(device)?.pop();
}

/** The position of WebAssembly code in a stack trace, in all engines. */
const FRAME = /wasm-function\[\d+\]:0x([0-9a-f]+)/;

/** Enough for the library's frames between compiled code and this function. */
const FRAME_LIMIT = 14;

const places = new WeakMap<Artifact, ReadonlyMap<number, CallPlace>>();

/**
 * The caller of the current external function; undefined if no code runs on the device, or if the
 * module has no map of its calls.
 */
export function callerOf(device: Device): Caller | undefined {
  const contents = running.get(device)?.at(-1);
  if (contents === undefined) return undefined;
  const frame = FRAME.exec(currentStack());
  if (frame === null) return undefined;
  let cached = places.get(contents);
  if (cached === undefined) {
    cached = new Map(contents.calls().map((place) => [place.offset, place]));
    places.set(contents, cached);
  }
  const place = cached.get(parseInt(frame[1]!, 16));
  return place && { text: contents.tir, start: place.start, end: place.end };
}

/** The first frame of WebAssembly code as text, or "". Only this one is formatted: that takes long. */
function compiledFrame(frames: readonly V8Frame[]): string {
  const frame = frames.find((one) => one.getScriptNameOrSourceURL()?.startsWith("wasm:"));
  return frame === undefined ? "" : String(frame);
}

/** The stack as text; in V8 only its frame of compiled code. */
function currentStack(): string {
  const v8 = Error as V8Error;
  const { stackTraceLimit, prepareStackTrace } = v8;
  v8.stackTraceLimit = FRAME_LIMIT;
  v8.prepareStackTrace = (_, frames) => compiledFrame(frames);
  try {
    return new Error().stack ?? "";
  } finally {
    Object.assign(v8, { stackTraceLimit, prepareStackTrace });
  }
}
