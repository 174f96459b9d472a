/**
 * Devices: each allocates ranges of a memory, copies bytes in and out, and runs what was
 * compiled for the device.
 *
 * Addresses are byte offsets in the device's memory; an address is what the reference calls a data
 * pointer. Where the memory is a `WebAssembly.Memory` of this process (`memory`), arrays are windows
 * on it, compiled host code runs in it, a simulator reads and writes it: nothing is copied between
 * them. Other devices copy.
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
 * A function that compiled code may call by name (`call_extern`).
 * What it throws reaches the caller of the module.
 */
export type ExternFunction = (...args: Word[]) => Word | void;

/**
 * A function that compiled code hands a piece of itself to, as the reference does with
 * `attr "coproc_uop_scope" = NAME`: `body()` runs that piece for the values `signature` that it
 * depends on. The function decides whether it must run at all: the same site with the same
 * signature always does the same.
 * @returns 0, or another number when it failed.
 */
export type RecordingFunction = (
  site: CallSite,
  body: () => number,
  signature: readonly Word[],
) => number;

/** What a device offers the code that runs on it, by name. */
export interface DeviceFunctions {
  readonly extern: Readonly<Record<string, ExternFunction>>;
  readonly recording: Readonly<Record<string, RecordingFunction>>;
}

export interface Device {
  readonly kind: DeviceKind;
  /** Counts devices of one kind from 0. */
  readonly id: number;
  /**
   * The device's memory where this process can reach it, made by `createMemory`: shared, at most
   * 4 GiB. Address 0 is never an array's.
   */
  readonly memory?: WebAssembly.Memory;
  readonly functions: DeviceFunctions;
  /** Undefined for a device that runs any module of its kind. */
  readonly configuration?: Configuration;
  /**
   * Called before each outermost call of a compiled function. What an earlier call left undone,
   * because it failed or was interrupted half-way, must not reach the next one.
   */
  startCall?(): void;
  /**
   * A range of `bytes` bytes that starts at a multiple of `alignment`, a power of two.
   * @throws DeviceError when the memory is full.
   */
  alloc(bytes: number, alignment: number): number;
  /** Gives a range back; `address` is what `alloc` returned. */
  free(address: number): void;
  /** Copies bytes into the memory, from `address` on. */
  copyIn(address: number, bytes: Uint8Array): void;
  /** Copies `into.length` bytes out of the memory, from `address` on. */
  copyOut(address: number, into: Uint8Array): void;
  /**
   * Makes compiled functions callable on the device.
   * @throws UsageError for an artifact that is not for this device, or calls what is not provided.
   */
  load(artifact: Artifact, linked: Linked): Executable;
}

/** A function that compiled code calls with arrays, numbers and texts. */
export type PackedFunction = (...args: (NDArray | Word | string)[]) => Word | void;

/** What a module may call besides its device's functions. */
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

/** The devices that this process can reach. */
export class DeviceRegistry {
  private readonly providers = new Map<DeviceKind, (id: number) => Device>();

  /** Says who knows the devices of a kind: `find` gives the same device for a number each time. */
  provide(kind: DeviceKind, find: (id: number) => Device): void {
    this.providers.set(kind, find);
  }

  /**
   * The device of this kind and number.
   * @throws UsageError when the kind has no provider.
   */
  get(kind: DeviceKind, id = 0): Device {
    if (!Number.isInteger(id) || id < 0) {
      throw new UsageError(
        "device-unknown",
        `${id} is not the number of a device; devices count from 0`,
      );
    }
    const find = this.providers.get(kind);
    if (find !== undefined) return find(id);
    throw new UsageError(
      "device-unknown",
      `there is no device ${deviceName({ kind, id })} here: nothing provides ${kind} devices` +
        (kind === "ext_dev" ? '; importing "vta-ts" brings the VTA simulator' : ""),
    );
  }
}
