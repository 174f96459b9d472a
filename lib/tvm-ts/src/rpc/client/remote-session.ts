/** A session with a server. */

import { RpcError, UsageError } from "../../support";
import { DEVICE_TYPE, type DeviceKind, type ModuleFormat } from "../../runtime";
import { BadPacketError } from "../rpc-errors";
import {
  LIMITS,
  WireTypeCode,
  type Limits,
  type Transport,
  type WireDevice,
  type WireValue,
} from "../protocol";
import { MODULE_FORMAT } from "../server";
import type { Session, SessionFunction, SessionModule } from "../session";
import { Connection, type ConnectionOptions } from "./connection";
import { Remote } from "./remote";
import { RemoteDevice } from "./remote-array";
import { remoteFunction, remoteModule } from "./remote-function";

/** The services that a client needs of its machine. */
export interface ClientHost {
  readFile(path: string): Uint8Array;
}

export class RemoteSession implements Session {
  private readonly devices = new Map<string, RemoteDevice>();

  private constructor(
    private readonly remote: Remote,
    private readonly host: ClientHost,
  ) {}

  /**
   * Starts a session over a transport.
   * @throws KeyRefusedError, ConnectionLostError, BadPacketError
   */
  static async open(
    transport: Transport,
    host: ClientHost,
    options: ConnectionOptions = {},
    limits: Limits = LIMITS,
  ): Promise<RemoteSession> {
    const connection = await Connection.open(transport, options, limits);
    return new RemoteSession(new Remote(connection), host);
  }

  async upload(file: string | Uint8Array, target?: string): Promise<void> {
    const bytes = typeof file === "string" ? this.host.readFile(file) : file;
    const name = target ?? (typeof file === "string" ? file.split(/[\\/]/).pop()! : undefined);
    if (name === undefined)
      throw new UsageError(
        "rpc-file",
        "upload(bytes) needs a name for the file: upload(bytes, target)",
      );
    await this.remote.callOwn("tvm.rpc.server.upload", [
      { kind: "str", value: name },
      { kind: "bytes", value: bytes },
    ]);
  }

  async download(name: string): Promise<Uint8Array> {
    const result = await this.remote.callOwn("tvm.rpc.server.download", [str(name)]);
    // A copy, because a view would keep the whole packet in memory.
    if (result.kind === "value" && result.value.kind === "bytes") return result.value.value.slice();
    throw new BadPacketError(`${this} sent no bytes for the file '${name}'`);
  }

  async remove(name: string): Promise<void> {
    await this.remote.callOwn("tvm.rpc.server.remove", [str(name)]);
  }

  async moduleFormat(): Promise<ModuleFormat> {
    const handle = await this.remote.find(MODULE_FORMAT);
    // TVM's servers do not have this function, and load shared libraries of their machine.
    if (handle === undefined) return "library";
    const result = await this.remote.call(handle, []);
    await this.remote.freeHandle(handle, WireTypeCode.Func);
    if (result.kind === "value" && result.value.kind === "str" && result.value.value === "wasm") {
      return "wasm";
    }
    throw new BadPacketError(`${this} answered an unknown module format`);
  }

  async loadModule(name: string): Promise<SessionModule> {
    const result = await this.remote.callOwn("tvm.rpc.server.load_module", [str(name)]);
    if (result.kind === "module") return remoteModule(this, this.remote, name, result.handle);
    throw new BadPacketError(`${this} returned no module for '${name}'`);
  }

  async getFunction(name: string): Promise<SessionFunction> {
    const handle = await this.remote.find(name);
    if (handle !== undefined) return remoteFunction(this, this.remote, name, handle);
    throw new UsageError("rpc-function", `${this} has no function '${name}'`);
  }

  cpu(id = 0): RemoteDevice {
    return this.device("cpu", id);
  }

  extDev(id = 0): RemoteDevice {
    return this.device("ext_dev", id);
  }

  async close(): Promise<void> {
    const { connection } = this.remote;
    if (connection.isOpen) await this.remote.freeOwn();
    await connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toString(): string {
    const { peer, isOpen } = this.remote.connection;
    return `a session with ${peer}${isOpen ? "" : ", closed"}`;
  }

  /** The device with the server's type and number. @internal */
  deviceOf({ type, id }: WireDevice): RemoteDevice {
    for (const [kind, number] of Object.entries(DEVICE_TYPE)) {
      if (number === type) return this.device(kind, id);
    }
    throw new RpcError(
      "rpc-argument",
      `${this} returned a device of type ${type}, which this library does not have`,
    );
  }

  private device(kind: DeviceKind, id: number): RemoteDevice {
    if (!Number.isInteger(id) || id < 0) {
      throw new UsageError("rpc-argument", `${id} is not a device number; use 0, 1, ...`);
    }
    const name = `${kind}(${id})`;
    let device = this.devices.get(name);
    if (device === undefined) {
      device = new RemoteDevice(this, this.remote, kind, id);
      this.devices.set(name, device);
    }
    return device;
  }
}

function str(value: string): WireValue {
  return { kind: "str", value };
}
