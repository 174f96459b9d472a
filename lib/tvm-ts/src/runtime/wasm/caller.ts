/**
 * Who calls an external function: the module whose code runs on a device, and the piece of its text
 * that makes the call. Found from the stack on request; running code does not keep it.
 */

import type { Device } from "../device";
import type { Artifact, CallPlace } from "../../artifact";

/** `text().slice(start, end)` makes the call. */
export interface Caller {
  /** The module's functions as text; the same function for every call of a module. */
  readonly text: () => string;
  readonly start: number;
  readonly end: number;
}

/** The modules whose code runs on a device, the one that was called last at the end. */
const running = new WeakMap<Device, Artifact[]>();

export function isRunning(device: Device): boolean {
  return (running.get(device)?.length ?? 0) > 0;
}

/** A call of a module's code begins. */
export function enter(device: Device, contents: Artifact): void {
  const modules = running.get(device);
  if (modules === undefined) running.set(device, [contents]);
  else modules.push(contents);
}

/** It ends. */
export function leave(device: Device): void {
  running.get(device)?.pop();
}

/** How every engine names the place of WebAssembly code in a stack. */
const FRAME = /wasm-function\[\d+\]:0x([0-9a-f]+)/;

/** Enough for the library's own frames between compiled code and the one that asks. */
const FRAME_LIMIT = 20;

const places = new WeakMap<Artifact, ReadonlyMap<number, CallPlace>>();

/**
 * Who has called the function that asks; undefined when no code runs on the device, and when it is
 * not known where its calls come from.
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

function currentStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAME_LIMIT;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  return stack;
}
