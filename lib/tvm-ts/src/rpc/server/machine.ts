/** What a server puts at a session's disposal. */

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

/** A handle that the server gave out for something else than a function or a module. */
export class OpaqueArgument {
  constructor(readonly handle: bigint) {}
}

/** Arguments and results of functions that sessions call. Integers that are not exact are `bigint`. */
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
    /** A function by name, `undefined` when the module has none of that name. */
    readonly getFunction: (name: string, queryImports: boolean) => ServedFunction | undefined,
    readonly importModule: (module: ServedModule) => void,
  ) {}
}

export interface ServedMachine {
  /** The device of a type (1 cpu, 12 ext_dev) and number; `undefined` when the server has none. */
  device(type: number, id: number): Device | undefined;
  /** @throws UsageError that says why the file is refused. */
  loadModule(bytes: Uint8Array, name: string): ServedModule | Promise<ServedModule>;
  /** A function of the server by name, beside those of the protocol itself. */
  function(name: string): ServedFunction | undefined;
  readonly files: SessionFiles;
}

/** What one session may hold. */
export interface SessionLimits {
  /** Bytes of all arrays. */
  readonly arrayBytes: number;
  /** Functions, modules and arrays. */
  readonly handles: number;
}

export const SESSION_LIMITS: SessionLimits = { arrayBytes: 2 ** 31, handles: 100_000 };
