/** The interface between a session and its server. */

import type { Device, NDArray } from "../../runtime";
import type { WireDataType, WireDevice } from "../protocol";
import type { SessionFiles } from "./files";

/** A device as an argument. */
export class DeviceArgument {
  constructor(readonly device: WireDevice) {}
}

/** A type as an argument. */
export class DataTypeArgument {
  constructor(readonly dtype: WireDataType) {}
}

/** A handle of an object that is neither a function nor a module. */
export class OpaqueArgument {
  constructor(readonly handle: bigint) {}
}

/**
 * Arguments and results of functions that sessions call. Integers that are not exact as numbers are
 * `bigint`.
 */
export type ServedValue =
  | number
  | bigint
  | string
  | null
  | undefined
  | Uint8Array
  | NDArray
  | ServedModule
  | ServedFunction
  | DeviceArgument
  | DataTypeArgument
  | OpaqueArgument;

export type ServedFunction = (
  ...args: ServedValue[]
) => ServedValue | void | Promise<ServedValue | void>;

/** A module that a session loaded. */
export class ServedModule {
  constructor(
    /** A function by name, `undefined` if the module does not have it. */
    readonly getFunction: (name: string, queryImports: boolean) => ServedFunction | undefined,
    readonly importModule: (module: ServedModule) => void,
  ) {}
}

export interface ServedMachine {
  /**
   * The device of a type (1 cpu, 12 ext_dev) and number; `undefined` if the server does not have
   * it.
   */
  device(type: number, id: number): Device | undefined;
  /** @throws UsageError with the reason if the file is not a valid module. */
  loadModule(bytes: Uint8Array, name: string): ServedModule | Promise<ServedModule>;
  /** A function of the server by name, in addition to those of the protocol. */
  function(name: string): ServedFunction | undefined;
  readonly files: SessionFiles;
}

/** Limits of a session. */
export interface SessionLimits {
  /** Bytes of all arrays. */
  readonly arrayBytes: number;
  /** Functions, modules and arrays. */
  readonly handles: number;
}

export const SESSION_LIMITS: SessionLimits = { arrayBytes: 2 ** 31, handles: 100_000 };
