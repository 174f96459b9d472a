/**
 * Sessions: a machine with devices, here or elsewhere, that takes files, loads modules and runs
 * their functions. Everything is asynchronous, so that a program for one session works with every
 * other.
 */

import type { ArrayData, DeviceKind, TimingOptions, TimingResult, Word } from "../runtime";
import type { np } from "../runtime";

/** A device of a session. */
export interface SessionDevice {
  readonly session: Session;
  readonly kind: DeviceKind;
  readonly id: number;
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
  /** Copies values in, converting them to the array's type. */
  copyFrom(data: ArrayData): Promise<void>;
  free(): Promise<void>;
}

export type SessionArgument = SessionArray | number | bigint | boolean;

/** A function of a module that a session has loaded. */
export type SessionFunction = (...args: SessionArgument[]) => Promise<Word | void>;

/** A module that a session has loaded; called itself, it calls its entry function. */
export interface SessionModule {
  (...args: SessionArgument[]): Promise<Word | void>;
  getFunction(name: string): Promise<SessionFunction>;
  /** A function that times calls on the device, without the way there and back. */
  timeEvaluator(
    name: string,
    device: SessionDevice,
    options?: TimingOptions,
  ): (...args: SessionArgument[]) => Promise<TimingResult>;
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
  /** Loads a module from a file that was sent. */
  loadModule(name: string): Promise<SessionModule>;
  cpu(id?: number): SessionDevice;
  extDev(id?: number): SessionDevice;
  close(): Promise<void>;
}
