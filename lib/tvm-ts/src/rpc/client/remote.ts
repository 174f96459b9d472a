/**
 * The requests to a server, in the protocol's terms: functions by name, calls, memory, copies.
 * Sessions, arrays and modules are built on them.
 */

import { UsageError } from "../../support";
import {
  packet,
  RpcCode,
  tensorBytes,
  WireTypeCode,
  writeTensor,
  type WireDevice,
  type WireTensor,
  type WireValue,
} from "../protocol";
import { BadPacketError } from "../rpc-errors";
import type { Connection } from "./connection";

/** The result of a call. */
export type CallResult =
  | { readonly kind: "value"; readonly value: WireValue }
  | { readonly kind: "module" | "func"; readonly handle: bigint }
  | { readonly kind: "array"; readonly tensor: WireTensor; readonly handle: bigint };

const MAX_PACKET = "tvm.rpc.server.GetCRTMaxPacketSize";
/**
 * Bytes of a copy's packet without the elements and the shape: lengths, code, handle, types,
 * offset.
 */
const COPY_FIELDS = 8 + 4 + 8 + 8 + 4 + 4 + 8 + 8;

export class Remote {
  /** The server's functions that the session itself uses, by name. */
  private readonly own = new Map<string, Promise<bigint>>();
  private readonly collected = new FinalizationRegistry<() => Promise<void>>((release) => {
    if (this.connection.isOpen) release().catch(() => undefined);
  });

  constructor(readonly connection: Connection) {}

  /** Frees the handle of `owner` when it is collected, unless `forget(token)` is called before. */
  watch(owner: object, token: object, release: () => Promise<void>): void {
    this.collected.register(owner, release, token);
  }

  forget(token: object): void {
    this.collected.unregister(token);
  }

  /** A global function's handle; `undefined` if the server does not have it. */
  async find(name: string): Promise<bigint | undefined> {
    const handle = await this.handle(RpcCode.GetGlobalFunc, [{ kind: "str", value: name }]);
    return handle === 0n ? undefined : handle;
  }

  async call(func: bigint, args: readonly WireValue[]): Promise<CallResult> {
    const values = await this.connection.send(RpcCode.CallFunc, args, func);
    const [code, value, handle] = values;
    if (code?.kind !== "int" || value === undefined) throw this.unexpected("a call", values);
    const type: WireTypeCode = Number(code.value);
    if (type === WireTypeCode.Module || type === WireTypeCode.Func) {
      if (value.kind !== "opaque") throw this.unexpected("a call", values);
      return { kind: type === WireTypeCode.Func ? "func" : "module", handle: value.handle };
    }
    if (type === WireTypeCode.NDArray) {
      if (value.kind !== "tensor" || handle?.kind !== "opaque") {
        throw this.unexpected("a call", values);
      }
      return { kind: "array", tensor: value.value, handle: handle.handle };
    }
    return { kind: "value", value };
  }

  /** Calls a function of the server that every server has. */
  async callOwn(name: string, args: readonly WireValue[]): Promise<CallResult> {
    let handle = this.own.get(name);
    if (handle === undefined) {
      handle = this.find(name).then((found) => {
        if (found !== undefined) return found;
        throw new UsageError("rpc-function", `${this.connection.peer} has no function '${name}'`);
      });
      this.own.set(name, handle);
      handle.catch(() => this.own.delete(name));
    }
    return this.call(await handle, args);
  }

  /** Frees the functions that the session itself used. */
  async freeOwn(): Promise<void> {
    const handles = [...this.own.values()];
    this.own.clear();
    await Promise.all(
      handles.map(async (handle) =>
        this.freeHandle(await handle, WireTypeCode.Func).catch(() => {}),
      ),
    );
  }

  /** The end of a session frees everything. */
  async freeHandle(handle: bigint, type: WireTypeCode): Promise<void> {
    if (!this.connection.isOpen) return;
    await this.connection.send(RpcCode.FreeHandle, [
      { kind: "opaque", handle },
      { kind: "int", value: BigInt(type) },
    ]);
  }

  async deviceExists(device: WireDevice): Promise<boolean> {
    const [value] = await this.connection.send(RpcCode.DevGetAttr, [
      { kind: "device", value: device },
      { kind: "int", value: 0n },
    ]);
    return value?.kind === "int" && value.value !== 0n;
  }

  async allocate(tensor: WireTensor): Promise<bigint> {
    return this.handle(RpcCode.DevAllocDataWithScope, [
      { kind: "tensor", value: tensor },
      { kind: "null" },
    ]);
  }

  async freeData(device: WireDevice, handle: bigint): Promise<void> {
    if (!this.connection.isOpen) return;
    await this.connection.send(RpcCode.DevFreeData, [
      { kind: "device", value: device },
      { kind: "opaque", handle },
    ]);
  }

  async synchronize(device: WireDevice): Promise<void> {
    await this.connection.send(RpcCode.DevStreamSync, [
      { kind: "device", value: device },
      { kind: "opaque", handle: 0n },
    ]);
  }

  async copyIn(tensor: WireTensor, bytes: Uint8Array): Promise<void> {
    for (const [part, start, end] of await this.parts(tensor)) {
      const piece = bytes.subarray(start, end);
      await this.connection.request(
        packet(RpcCode.CopyToRemote, (writer) => writeCopy(writer, part, end - start), [piece]),
      );
    }
    await this.synchronize(tensor.device);
  }

  /** @param bytes as many as the array has; they are filled */
  async copyOut(tensor: WireTensor, bytes: Uint8Array): Promise<void> {
    const parts = await this.parts(tensor);
    for (const [part, start, end] of parts) {
      await this.connection.fetch(
        packet(RpcCode.CopyFromRemote, (writer) => writeCopy(writer, part, end - start)),
        bytes.subarray(start, end),
      );
    }
    await this.synchronize(tensor.device);
  }

  async copyAmong(from: WireTensor, into: WireTensor): Promise<void> {
    await this.connection.send(RpcCode.CopyAmongRemote, [
      { kind: "tensor", value: from },
      { kind: "tensor", value: into },
      { kind: "opaque", handle: 0n },
    ]);
  }

  /**
   * An array split into parts that fit the server's packets, each with its start and end in bytes.
   * Servers on microcontrollers have a limit; others do not have the function that returns it. Like
   * TVM's client, this one calls the function before each copy.
   */
  private async parts(tensor: WireTensor): Promise<[WireTensor, number, number][]> {
    const bytes = tensorBytes(tensor);
    const func = await this.find(MAX_PACKET);
    if (func === undefined) return [[tensor, 0, bytes]];
    const result = await this.call(func, []);
    await this.freeHandle(func, WireTypeCode.Func);
    if (result.kind !== "value" || result.value.kind !== "int") {
      throw this.unexpected(MAX_PACKET, []);
    }
    const space = Number(result.value.value) - COPY_FIELDS - 8 * tensor.shape.length;
    if (space <= 0) {
      throw new BadPacketError(
        `${this.connection.peer} takes packets of ${result.value.value} bytes, too small for an array`,
      );
    }
    const parts: [WireTensor, number, number][] = [];
    for (let start = 0; start < bytes; start += space) {
      const byteOffset = tensor.byteOffset + BigInt(start);
      parts.push([{ ...tensor, byteOffset }, start, Math.min(bytes, start + space)]);
    }
    return parts;
  }

  private async handle(code: RpcCode, values: readonly WireValue[]): Promise<bigint> {
    const answer = await this.connection.send(code, values);
    const [value] = answer;
    if (value?.kind === "opaque") return value.handle;
    throw this.unexpected(RpcCode[code], answer);
  }

  private unexpected(what: string, values: readonly WireValue[]): BadPacketError {
    const kinds = values.map(({ kind }) => kind).join(", ");
    return new BadPacketError(`${this.connection.peer} answers ${what} with [${kinds}]`);
  }
}

function writeCopy(
  writer: Parameters<typeof writeTensor>[0],
  tensor: WireTensor,
  bytes: number,
): void {
  writeTensor(writer, tensor);
  writer.u64(BigInt(bytes));
}
