/** The API of the library for a host, which is a process or a page. */

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
import { dimensionValue, type Dimension } from "../support";
import type { PassContext } from "../pass";
import type * as te from "../te";
import type { ServedFunction, SessionArray, SessionDevice } from "../rpc";
import { buildModule } from "./build";
import { withPassPrinter } from "./debug-passes";
import { checkOptions, lower, type Lowerable, type LowerOptions } from "./lower";
import { MemoryRegistry } from "./memories";
import { rpcFunctions, type RpcFunctions } from "./rpc-api";
import { standardTargets, type Target, type TargetOptions, type TargetRegistry } from "../target";

/** The options of lowering, and the target. */
export interface BuildOptions extends Pick<LowerOptions, "name" | "binds" | "context"> {
  /** `"wasm"` if left out. */
  readonly target?: string | Target;
}

export interface BuildFunction {
  /**
   * Lowers a schedule, with the arguments of its function, and compiles it.
   * @throws UsageError for an error in the schedule or the function.
   */
  (schedule: te.Schedule, args: readonly te.ScheduleArg[], options?: BuildOptions): Module;
  /** Compiles functions that are already lowered. */
  (functions: IRModule | PrimFunc, options?: Pick<BuildOptions, "target">): Module;
}

/** Arrays: on a device of this process, or (asynchronously) on one of a session. */
export interface NdFunctions {
  /** An array with the values, shape and type of `data`; on `cpu(0)` if `device` is left out. */
  array(data: ArrayData, device?: Device): NDArray;
  array(data: ArrayData, device: SessionDevice): Promise<SessionArray>;
  /**
   * An array of `shape` with uninitialized elements. `shape` may be the shape of a tensor.
   * @throws UsageError for a dimension that is not constant.
   */
  empty(shape: readonly Dimension[], dtype?: string, device?: Device): NDArray;
  empty(
    shape: readonly Dimension[],
    dtype: string | undefined,
    device: SessionDevice,
  ): Promise<SessionArray>;
}

export interface Api {
  /** The kinds of targets of this host. */
  readonly targets: TargetRegistry;
  /**
   * A target from its text: `"wasm"`, `"c -mtriple=aarch64-linux-gnu"`, `"ext_dev -device=vta"`.
   * @throws UsageError for an unknown target or option.
   */
  target(text: string | Target, options?: TargetOptions): Target;
  /** The devices of this process. */
  readonly devices: DeviceRegistry;
  /** The on-chip memories that schedules can use as scopes. */
  readonly memories: MemoryRegistry;
  readonly nd: NdFunctions;
  readonly rpc: RpcFunctions;
  /** Functions of this process by name, for `getFunction` of sessions with it. */
  readonly functions: Map<string, ServedFunction>;
  cpu(id?: number): Device;
  extDev(id?: number): Device;
  /** Lowers a schedule, with the arguments of its function, or functions of TIR. */
  readonly lower: typeof lower;
  readonly build: BuildFunction;
  /** Loads a saved module, from a file or from its bytes. */
  loadModule(from: string | Uint8Array): Module;
}

/** The library's API on a host. */
export function createApi(host: Host): Api {
  const devices = new DeviceRegistry();
  const memories = new MemoryRegistry();
  const targets = standardTargets();
  const functions = new Map<string, ServedFunction>();
  const cpus = new Map<number, CpuDevice>();
  devices.provide("cpu", (id) => {
    const cpu = cpus.get(id) ?? new CpuDevice(id);
    cpus.set(id, cpu);
    return cpu;
  });
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
    function: (name: string) => functions.get(name),
  };
  const nd = {
    array: (data: ArrayData, device: Device | SessionDevice = devices.get("cpu")) =>
      isSessionDevice(device) ? device.array(data) : NDArray.of(data, device),
    empty: (
      shape: readonly Dimension[],
      dtype = "float32",
      device: Device | SessionDevice = devices.get("cpu"),
    ) =>
      isSessionDevice(device)
        ? device.empty(shape.map(dimensionValue), dtype)
        : NDArray.empty(shape, dtype, device),
  } as NdFunctions;
  const contextOf = (given: PassContext | undefined): PassContext =>
    withPassPrinter(memories.withMemories(given), host);
  return {
    devices,
    memories,
    targets,
    target: (text, options) => targets.parse(text, options),
    nd,
    rpc: rpcFunctions(host, machine),
    functions,
    cpu: (id = 0) => devices.get("cpu", id),
    extDev: (id = 0) => devices.get("ext_dev", id),
    lower: ((subject: Lowerable, args?: readonly te.ScheduleArg[], options: LowerOptions = {}) => {
      checkOptions(options);
      return lower(subject, args, { ...options, context: contextOf(options.context) });
    }) as typeof lower,
    build(
      subject: te.Schedule | IRModule | PrimFunc,
      ...rest: readonly (readonly te.ScheduleArg[] | BuildOptions | undefined)[]
    ) {
      const args = Array.isArray(rest[0]) ? (rest[0] as readonly te.ScheduleArg[]) : undefined;
      const options = ((args === undefined ? rest[0] : rest[1]) ?? {}) as BuildOptions;
      checkOptions(options, '{ target: "c" }');
      const parsed = targets.parse(options.target ?? "wasm");
      const context = contextOf(options.context);
      const functions = toFunctions(subject, args, { ...options, context }, parsed);
      return buildModule(functions, parsed, moduleHost, context);
    },
    loadModule: (from) =>
      typeof from === "string"
        ? machine.loadModule(host.readFile(from), from)
        : machine.loadModule(from, "the module's bytes"),
  };
}

/** The functions to compile. A schedule is lowered for the target; functions are not changed. */
function toFunctions(
  subject: te.Schedule | IRModule | PrimFunc,
  args: readonly te.ScheduleArg[] | undefined,
  options: BuildOptions,
  target: Target,
): IRModule {
  if (subject instanceof IRModule) return subject;
  if (subject instanceof PrimFunc) return IRModule.of(nameOf(subject), subject);
  return lower(subject, args, { ...options, target });
}

function isSessionDevice(device: Device | SessionDevice): device is SessionDevice {
  return "session" in device;
}

function nameOf(func: PrimFunc): string {
  const symbol = func.attrs["global_symbol"];
  return typeof symbol === "string" ? symbol : "main";
}
