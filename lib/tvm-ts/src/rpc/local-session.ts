/** A session with this very process: what a program tries before it talks to a board. */

import { RpcError, UsageError } from "../support";
import {
  deviceName,
  Module,
  NDArray,
  type ArrayData,
  type Device,
  type DeviceKind,
  type np,
  type TimingOptions,
  type TimingResult,
  type Word,
} from "../runtime";
import type {
  Session,
  SessionArgument,
  SessionArray,
  SessionDevice,
  SessionFunction,
  SessionModule,
} from "./session";

/** What a local session takes from the process. */
export interface LocalMachine {
  readFile(path: string): Uint8Array;
  device(kind: DeviceKind, id: number): Device;
  loadModule(bytes: Uint8Array, name: string): Module;
}

export class LocalSession implements Session {
  private readonly files = new Map<string, Uint8Array>();
  private readonly devices = new Map<string, LocalDevice>();
  private closed = false;

  constructor(private readonly machine: LocalMachine) {}

  async upload(file: string | Uint8Array, target?: string): Promise<void> {
    this.checkOpen();
    if (typeof file === "string") {
      this.files.set(target ?? baseName(file), this.machine.readFile(file));
      return;
    }
    if (target === undefined) throw new UsageError("upload(bytes, target) needs a target name");
    this.files.set(target, file.slice());
  }

  async download(name: string): Promise<Uint8Array> {
    this.checkOpen();
    return this.file(name).slice();
  }

  async remove(name: string): Promise<void> {
    this.checkOpen();
    this.files.delete(name);
  }

  async loadModule(name: string): Promise<SessionModule> {
    this.checkOpen();
    return localModule(this.machine.loadModule(this.file(name), name));
  }

  cpu(id = 0): SessionDevice {
    return this.device("cpu", id);
  }

  extDev(id = 0): SessionDevice {
    return this.device("ext_dev", id);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.files.clear();
  }

  toString(): string {
    const files = [...this.files.keys()].join(", ");
    return `a local session${this.closed ? ", closed" : files && ` with ${files}`}`;
  }

  private device(kind: DeviceKind, id: number): LocalDevice {
    this.checkOpen();
    const device = this.machine.device(kind, id);
    const name = deviceName(device);
    let local = this.devices.get(name);
    // The process may have been given another device of this kind since.
    if (local?.device !== device) {
      local = new LocalDevice(this, device);
      this.devices.set(name, local);
    }
    return local;
  }

  private file(name: string): Uint8Array {
    const bytes = this.files.get(name);
    if (bytes !== undefined) return bytes;
    const names = [...this.files.keys()].join(", ") || "none";
    throw new UsageError(
      `the session has no file '${name}' (it has ${names}); send it with session.upload(...)`,
    );
  }

  private checkOpen(): void {
    if (this.closed) throw new RpcError("the session is closed");
  }
}

/** A device of this process, as the session sees it. */
export class LocalDevice implements SessionDevice {
  readonly kind: DeviceKind;
  readonly id: number;

  constructor(
    readonly session: Session,
    readonly device: Device,
  ) {
    this.kind = device.kind;
    this.id = device.id;
  }

  async array(data: ArrayData): Promise<SessionArray> {
    return new LocalArray(this, NDArray.of(data, this.device));
  }

  async empty(shape: readonly number[], dtype = "float32"): Promise<SessionArray> {
    return new LocalArray(this, NDArray.empty(shape, dtype, this.device));
  }

  toString(): string {
    return `${deviceName(this.device)} of a local session`;
  }
}

/** An array in the memory of a device of this process. */
export class LocalArray implements SessionArray {
  constructor(
    readonly device: LocalDevice,
    readonly array: NDArray,
  ) {}

  get shape(): readonly number[] {
    return this.array.shape;
  }
  get dtype(): string {
    return this.array.dtype;
  }

  async numpy(): Promise<np.ndarray> {
    return this.array.numpy();
  }

  async copyFrom(data: ArrayData): Promise<void> {
    this.array.copyFrom(data);
  }

  async free(): Promise<void> {
    this.array.free();
  }

  toString(): string {
    return this.array.toString();
  }
}

function localModule(module: Module): SessionModule {
  const func =
    (call: (...args: ReturnType<typeof localArgument>[]) => Word | void): SessionFunction =>
    async (...args) =>
      call(...args.map(localArgument));
  return Object.assign(func(module), {
    getFunction: async (name: string): Promise<SessionFunction> => func(module.getFunction(name)),
    timeEvaluator: (name: string, device: SessionDevice, options?: TimingOptions) => {
      const time = module.timeEvaluator(name, localDevice(device), options);
      return async (...args: SessionArgument[]): Promise<TimingResult> =>
        time(...args.map(localArgument));
    },
  });
}

function localDevice(device: SessionDevice): Device {
  if (device instanceof LocalDevice) return device.device;
  throw new UsageError(`${device} belongs to another session`);
}

function localArgument(arg: SessionArgument | NDArray): NDArray | number | bigint | boolean {
  if (arg instanceof LocalArray) return arg.array;
  if (typeof arg !== "object" || arg instanceof NDArray) return arg;
  throw new UsageError(
    "an argument is not of this session; make arrays with tvm.nd.array(data, session.cpu(0)) or " +
      "session.extDev(0)",
  );
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop()!;
}
