/**
 * Devices: each allocates ranges of a memory, copies bytes in and out, and runs code that was
 * compiled for it.
 *
 * Addresses are byte offsets in the device's memory; the reference calls them data pointers. If the
 * memory is a `WebAssembly.Memory` of this process (`memory`), arrays are views of it, compiled
 * host code runs in it, and a simulator reads and writes it: nothing is copied between them. Other
 * devices copy.
 */

import type {
  Artifact,
  Configuration,
  DeviceKind,
  FunctionRecord,
  ModuleRecord,
} from "../artifact";
import { UsageError } from "../support";
import type { NDArray } from "./ndarray";
import type { ThreadPool } from "./wasm/thread-pool";

/** A number as compiled code passes it: `int64` values are `bigint`, addresses are numbers. */
export type Word = number | bigint;

/** Identifies one place in one loaded module that calls a recording function; compare with `===`. */
export interface CallSite {
  readonly module: object;
  readonly index: number;
}

/**
 * A function that compiled code may call by name (`call_extern`). Its exceptions reach the caller
 * of the module.
 */
export type ExternFunction = (...args: Word[]) => Word | void;

/**
 * A function that receives a part of the compiled code as a callback, as in the reference with
 * `attr "coproc_uop_scope" = NAME`: `body()` runs that code for the values `signature` that it
 * depends on. The function may skip `body`: the same site with the same signature always does the
 * same.
 * @returns 0, or another number when it failed.
 */
export type RecordingFunction = (
  site: CallSite,
  body: () => number,
  signature: readonly Word[],
) => number;

/** The functions that a device provides to the code that runs on it, by name. */
export interface DeviceFunctions {
  readonly extern: Readonly<Record<string, ExternFunction>>;
  readonly recording: Readonly<Record<string, RecordingFunction>>;
}

export interface Device {
  readonly kind: DeviceKind;
  /** The device's number among those of its kind, from 0. */
  readonly id: number;
  /**
   * The device's memory if this process can access it, made by `createMemory`: shared, at most 4
   * GiB. No array starts at address 0.
   */
  readonly memory?: WebAssembly.Memory;
  readonly functions: DeviceFunctions;
  /** Undefined for a device that runs any module of its kind. */
  readonly configuration?: Configuration;
  /**
   * Called before each outermost call of a compiled function. Discards the state that an earlier
   * call left because it failed or was interrupted.
   */
  startCall?(): void;
  /**
   * Allocates `bytes` bytes at a multiple of `alignment`, a power of two.
   * @throws DeviceError when the memory is full.
   */
  alloc(bytes: number, alignment: number): number;
  /** Frees a range; `address` is the result of `alloc`. */
  free(address: number): void;
  /** Copies bytes into the memory, from `address` on. */
  copyIn(address: number, bytes: Uint8Array): void;
  /** Copies `into.length` bytes out of the memory, from `address` on. */
  copyOut(address: number, into: Uint8Array): void;
  /**
   * Makes compiled functions callable on the device.
   * @throws UsageError for an artifact for another device, or a function that is not provided.
   */
  load(artifact: Artifact, linked: Linked): Executable;
}

/** A function that compiled code calls with arrays, numbers and texts. */
export type PackedFunction = (...args: (NDArray | Word | string)[]) => Word | void;

/** The functions that a module may call besides its device's. */
export interface Linked {
  readonly extern: ReadonlyMap<string, ExternFunction>;
  readonly packed: ReadonlyMap<string, PackedFunction>;
  /** The modules that it uses, loaded on the same device. */
  readonly modules: readonly Executable[];
  threads(): ThreadPool | undefined;
}

/** A module loaded on a device. */
export interface Executable {
  readonly record: ModuleRecord;
  /** @param words the parameters (arrays by address), then the size variables */
  call(func: FunctionRecord, words: readonly Word[]): Word | void;
}

/** `cpu(0)` */
export function deviceName(device: { readonly kind: string; readonly id: number }): string {
  return `${device.kind}(${device.id})`;
}

/** The devices of this process. */
export class DeviceRegistry {
  private readonly providers = new Map<DeviceKind, (id: number) => Device>();

  /** Registers the devices of a kind: `find` returns the same device for a number each time. */
  provide(kind: DeviceKind, find: (id: number) => Device): void {
    this.providers.set(kind, find);
  }

  /**
   * The device of this kind and number.
   * @throws UsageError when the kind has no provider.
   */
  get(kind: DeviceKind, id = 0): Device {
    if (!Number.isInteger(id) || id < 0) {
      throw new UsageError("device-unknown", `${id} is not a device number; use 0, 1, ...`);
    }
    const find = this.providers.get(kind);
    if (find !== undefined) return find(id);
    throw new UsageError(
      "device-unknown",
      `there is no device ${deviceName({ kind, id })} here: ${kind} devices are not registered` +
        (kind === "ext_dev" ? '; import "vta-ts" for the VTA simulator' : ""),
    );
  }
}
