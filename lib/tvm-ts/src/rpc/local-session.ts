/** A session in this process, to test programs without a board. */

import { UsageError } from "../support";
import { SessionClosedError } from "./rpc-errors";
import {
  deviceName,
  type Device,
  type DeviceKind,
  type Module,
  type ModuleFormat,
} from "../runtime";
import { LocalDevice } from "./local-device";
import { localFunction, localModule } from "./local-function";
import type { ServedFunction } from "./server";
import type { Session, SessionDevice, SessionFunction, SessionModule } from "./session";

/** The services that a local session needs of the process. */
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
    if (target === undefined)
      throw new UsageError(
        "rpc-file",
        "upload(bytes) needs a name for the file: upload(bytes, target)",
      );
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

  async moduleFormat(): Promise<ModuleFormat> {
    return "wasm";
  }

  async loadModule(name: string): Promise<SessionModule> {
    this.checkOpen();
    return localModule(this, this.machine.loadModule(this.file(name), name));
  }

  async getFunction(name: string): Promise<SessionFunction> {
    this.checkOpen();
    const func = this.machine.function(name);
    if (func !== undefined) return localFunction(this, func);
    throw new UsageError("rpc-function", `${this} has no function '${name}'`);
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
    // The process may have replaced the device of this kind in the meantime.
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
      "rpc-file",
      `the session has no file '${name}' (it has ${names}); send it with session.upload(...)`,
    );
  }

  private checkOpen(): void {
    if (this.closed) throw new SessionClosedError("the session is closed");
  }
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop()!;
}
