/** A session with this very process: what a program tries before it talks to a board. */

import { RpcError, UsageError } from "../support";
import {
  deviceName,
  NDArray,
  type ArrayData,
  type Device,
  type DeviceKind,
  type Module,
  type np,
} from "../runtime";
import { localFunction, localModule } from "./local-function";
import type { ServedFunction } from "./server";
import {
  isSessionArray,
  type Session,
  type SessionArray,
  type SessionDevice,
  type SessionFunction,
  type SessionModule,
} from "./session";

/** What a local session takes from the process. */
export interface LocalMachine {
  readFile(path: string): Uint8Array;
  device(kind: DeviceKind, id: number): Device;
  loadModule(bytes: Uint8Array, name: string): Module;
  /** A function of the process by name. */
  function(name: string): ServedFunction | undefined;
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
    return localModule(this, this.machine.loadModule(this.file(name), name));
  }

  async getFunction(name: string): Promise<SessionFunction> {
    this.checkOpen();
    const func = this.machine.function(name);
    if (func !== undefined) return localFunction(this, func);
    throw new UsageError(`${this} has no function '${name}'`);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toString(): string {
    const files = [...this.files.keys()].join(", ");
    return `a local session${this.closed ? ", closed" : files && ` with ${files}`}`;
  }

  /** @internal */
  device(kind: DeviceKind, id: number): LocalDevice {
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

  async exists(): Promise<boolean> {
    return true;
  }

  /** A call returns when the device has done its work: there is nothing to wait for. */
  async sync(): Promise<void> {}

  async array(data: ArrayData): Promise<LocalArray> {
    return new LocalArray(this, NDArray.of(data, this.device));
  }

  async empty(shape: readonly number[], dtype = "float32"): Promise<LocalArray> {
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

  async copyFrom(data: ArrayData | SessionArray): Promise<this> {
    const values = isSessionArray(data) ? await data.numpy() : data;
    this.array.copyFrom(values);
    return this;
  }

  async copyTo(target: SessionArray | SessionDevice): Promise<SessionArray> {
    return "empty" in target ? target.array(this.array) : target.copyFrom(this.array);
  }

  async free(): Promise<void> {
    this.array.free();
  }

  toString(): string {
    return this.array.toString();
  }
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop()!;
}
