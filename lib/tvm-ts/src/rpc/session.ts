/**
 * Sessions: a local or remote machine with devices, to which a program uploads files, and which
 * loads modules and runs their functions. All methods are asynchronous, so that a program works
 * with every kind of session.
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
  /** Waits until the device has finished its work. */
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
  /** A copy of the values on the host. */
  numpy(): Promise<np.ndarray>;
  /** Copies values in, converting them to the array's type. @returns this array */
  copyFrom(data: ArrayData | SessionArray): Promise<this>;
  /** Copies the values to another array of the session, or to a new array on one of its devices. */
  copyTo(target: SessionArray | SessionDevice): Promise<SessionArray>;
  free(): Promise<void>;
}

/** Arguments of a session's functions; whole numbers are sent as integers, see `rpc.float`. */
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

/** Results of a session's functions; integers beyond 2^53 are `bigint`. */
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
  /** Frees it before the session ends. */
  free(): Promise<void>;
}

/** A module that a session has loaded; calling the module calls its entry function. */
export interface SessionModule {
  (...args: SessionArgument[]): Promise<SessionValue>;
  /** @throws UsageError when neither the module nor one that it uses has the function. */
  getFunction(name: string): Promise<SessionFunction>;
  /** A function that times calls on the device, without the communication. */
  timeEvaluator(
    name: string,
    device: SessionDevice,
    options?: TimingOptions,
  ): (...args: SessionArgument[]) => Promise<TimingResult>;
  /** Imports another module of the session. */
  import(module: SessionModule): Promise<void>;
  /** Frees it before the session ends. */
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
  /** The module format that the machine loads; `module.saveFor(session, name)` uploads it. */
  moduleFormat(): Promise<ModuleFormat>;
  /** Loads a module from a file that was sent. */
  loadModule(name: string): Promise<SessionModule>;
  /**
   * A function of the machine, such as `vta.simulator.profiler_status`.
   * @throws UsageError if it does not have it.
   */
  getFunction(name: string): Promise<SessionFunction>;
  cpu(id?: number): SessionDevice;
  extDev(id?: number): SessionDevice;
  /** Ends the session and frees its objects. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Distinguishes a session's array from data on the host. */
export function isSessionArray(data: unknown): data is SessionArray {
  return typeof data === "object" && data !== null && "device" in data && "copyTo" in data;
}
