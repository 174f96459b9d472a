/**
 * Sessions: a machine with devices, here or elsewhere, that takes files, loads modules and runs
 * their functions. Everything is asynchronous, so that a program for one session works with every
 * other.
 */

import type { ArrayData, DeviceKind, ModuleFormat, TimingOptions, TimingResult } from "../runtime";
import type { np } from "../runtime";
import type { DtypeArgument, FloatArgument } from "./argument";

/** A device of a session. */
export interface SessionDevice {
  readonly session: Session;
  readonly kind: DeviceKind;
  readonly id: number;
  /** Whether the machine has this device. */
  exists(): Promise<boolean>;
  /** Waits until the device has done what it was told. */
  sync(): Promise<void>;
  /** An array on the device with the values, shape and type of `data`. */
  array(data: ArrayData): Promise<SessionArray>;
  empty(shape: readonly number[], dtype?: string): Promise<SessionArray>;
  toString(): string;
}

/** An array on a session's device. */
export interface SessionArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly device: SessionDevice;
  /** A copy of the values here. */
  numpy(): Promise<np.ndarray>;
  /** Copies values in, converting them to the array's type. @returns this array */
  copyFrom(data: ArrayData | SessionArray): Promise<this>;
  /** Copies the values to another array of the session, or to a new one on a device of it. */
  copyTo(target: SessionArray | SessionDevice): Promise<SessionArray>;
  free(): Promise<void>;
}

/** What a session's functions take; a whole number travels as an integer, see `rpc.float`. */
export type SessionArgument =
  | SessionArray
  | SessionDevice
  | SessionModule
  | SessionFunction
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | FloatArgument
  | DtypeArgument
  | null
  | undefined;

/** What a session's functions return; integers beyond 2^53 are `bigint`. */
export type SessionValue =
  | SessionArray
  | SessionDevice
  | SessionModule
  | SessionFunction
  | number
  | bigint
  | string
  | Uint8Array
  | DtypeArgument
  | undefined
  | void;

/** A function of a session, or of a module that it has loaded. */
export interface SessionFunction {
  (...args: SessionArgument[]): Promise<SessionValue>;
  /** Gives it back before the session ends. */
  free(): Promise<void>;
}

/** A module that a session has loaded; called itself, it calls its entry function. */
export interface SessionModule {
  (...args: SessionArgument[]): Promise<SessionValue>;
  /** @throws UsageError when neither the module nor one that it uses has the function. */
  getFunction(name: string): Promise<SessionFunction>;
  /** A function that times calls on the device, without the way there and back. */
  timeEvaluator(
    name: string,
    device: SessionDevice,
    options?: TimingOptions,
  ): (...args: SessionArgument[]) => Promise<TimingResult>;
  /** Uses another module of the session. */
  import(module: SessionModule): Promise<void>;
  /** Gives it back before the session ends. */
  free(): Promise<void>;
}

export interface Session {
  /**
   * Sends a file, or bytes under a name.
   * @param target its name there; the file's own if left out
   */
  upload(file: string | Uint8Array, target?: string): Promise<void>;
  /** The bytes of a file that was sent. */
  download(name: string): Promise<Uint8Array>;
  remove(name: string): Promise<void>;
  /** What the machine loads; `module.saveFor(session, name)` sends that. */
  moduleFormat(): Promise<ModuleFormat>;
  /** Loads a module from a file that was sent. */
  loadModule(name: string): Promise<SessionModule>;
  /**
   * A function of the machine, such as `vta.simulator.profiler_status`.
   * @throws UsageError when it has none of that name.
   */
  getFunction(name: string): Promise<SessionFunction>;
  cpu(id?: number): SessionDevice;
  extDev(id?: number): SessionDevice;
  /** Ends the session; everything that it held is given back. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Distinguishes a session's array from data on the host. */
export function isSessionArray(data: unknown): data is SessionArray {
  return typeof data === "object" && data !== null && "device" in data && "copyTo" in data;
}
