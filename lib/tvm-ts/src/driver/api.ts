/** The functions that users call, for the process (or page) that the library runs in. */

import { wasmText } from "../codegen";
import { IRModule, PrimFunc } from "../ir";
import {
  CpuDevice,
  DeviceRegistry,
  Module,
  NDArray,
  type ArrayData,
  type Device,
  type Host,
  type ModuleHost,
} from "../runtime";
import type * as te from "../te";
import { LocalSession, type Session, type SessionArray, type SessionDevice } from "../rpc";
import { buildModule } from "./build";
import { watched } from "./debug";
import { lower, type Lowerable, type LowerOptions } from "./lower";
import { target, type Target } from "./target";

export interface BuildOptions {
  /** `"wasm"` if left out. */
  readonly target?: string | Target;
}

/** Arrays: on a device of this process, or (asynchronously) on one of a session. */
export interface NdFunctions {
  /** An array with the values, shape and type of `data`; on `cpu(0)` if no device is given. */
  array(data: ArrayData, device?: Device): NDArray;
  array(data: ArrayData, device: SessionDevice): Promise<SessionArray>;
  /** An array of `shape` whose elements are whatever the memory holds. */
  empty(shape: readonly number[], dtype?: string, device?: Device): NDArray;
  empty(
    shape: readonly number[],
    dtype: string | undefined,
    device: SessionDevice,
  ): Promise<SessionArray>;
}

export interface Api {
  /** The devices of this process. */
  readonly devices: DeviceRegistry;
  readonly nd: NdFunctions;
  readonly rpc: { localSession(): Session };
  cpu(id?: number): Device;
  extDev(id?: number): Device;
  /** Lowers a schedule with the arguments its function is to take, or functions of TIR. */
  readonly lower: typeof lower;
  /** Compiles lowered functions. */
  build(functions: IRModule | PrimFunc, options?: BuildOptions): Module;
  /** Loads a module that was saved. */
  loadModule(path: string): Module;
}

/** The library's functions on a host. */
export function createApi(host: Host): Api {
  const devices = new DeviceRegistry();
  devices.provide("cpu", (id) => new CpuDevice(id));
  const moduleHost: ModuleHost = {
    defaultDevice: (kind) => devices.get(kind),
    wasmText,
    writeFile: (path, bytes) => host.writeFile(path, bytes),
    compileLibrary: (...args) => host.compileLibrary(...args),
    threads: () => host.threads(),
  };
  const machine = {
    readFile: (path: string) => host.readFile(path),
    device: (kind: Device["kind"], id: number) => devices.get(kind, id),
    loadModule: (bytes: Uint8Array, name: string) => Module.load(bytes, name, moduleHost),
  };
  const nd = {
    array: (data: ArrayData, device: Device | SessionDevice = devices.get("cpu")) =>
      isSessionDevice(device) ? device.array(data) : NDArray.of(data, device),
    empty: (
      shape: readonly number[],
      dtype = "float32",
      device: Device | SessionDevice = devices.get("cpu"),
    ) =>
      isSessionDevice(device) ? device.empty(shape, dtype) : NDArray.empty(shape, dtype, device),
  } as NdFunctions;
  return {
    devices,
    nd,
    rpc: { localSession: () => new LocalSession(machine) },
    cpu: (id = 0) => devices.get("cpu", id),
    extDev: (id = 0) => devices.get("ext_dev", id),
    lower: ((subject: Lowerable, args?: readonly te.ScheduleArg[], options: LowerOptions = {}) =>
      lower(subject, args, {
        ...options,
        context: watched(options.context, host),
      })) as typeof lower,
    build(functions, options = {}) {
      const module =
        functions instanceof PrimFunc ? IRModule.of(nameOf(functions), functions) : functions;
      return buildModule(module, target(options.target ?? "wasm"), moduleHost);
    },
    loadModule: (path) => machine.loadModule(host.readFile(path), path),
  };
}

function isSessionDevice(device: Device | SessionDevice): device is SessionDevice {
  return "session" in device;
}

function nameOf(func: PrimFunc): string {
  const symbol = func.attrs["global_symbol"];
  return typeof symbol === "string" ? symbol : "main";
}
