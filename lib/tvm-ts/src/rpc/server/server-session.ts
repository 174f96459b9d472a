/**
 * One client's session on a server: answers its packets one after another.
 *
 * A request that fails is answered with an `Exception`; malformed packets end the session.
 */

import { NDArray } from "../../runtime";
import { UsageError } from "../../support";
import { BadPacketError, ConnectionLostError, sentenceOf } from "../rpc-errors";
import {
  LIMITS,
  packetHead,
  PROTOCOL_VERSION,
  readBody,
  readCopiedTensor,
  readCopy,
  readHead,
  readValues,
  RpcCode,
  tensorBytes,
  WireTypeCode,
  valuesPacket,
  type ByteReader,
  type ByteStream,
  type Limits,
  type PacketHead,
  type Transport,
  type WireTensor,
  type WireValue,
} from "../protocol";
import { SessionArrays } from "./arrays";
import { serverFunctions } from "./standard-functions";
import { Handles } from "./handles";
import {
  DataTypeArgument,
  DeviceArgument,
  OpaqueArgument,
  SESSION_LIMITS,
  ServedModule,
  type ServedFunction,
  type ServedMachine,
  type ServedValue,
  type SessionLimits,
} from "./machine";

export interface ServeOptions {
  readonly limits?: Limits;
  readonly sessionLimits?: SessionLimits;
}

const NULL: WireValue = { kind: "null" };
/** Attribute 0 of a device: whether it exists. */
const EXISTS = 0n;

/**
 * Serves a session until the client leaves, and frees its objects.
 * @throws BadPacketError, ConnectionLostError unless the session ends with `Shutdown`.
 */
export async function serveSession(
  transport: Transport,
  stream: ByteStream,
  machine: ServedMachine,
  options: ServeOptions = {},
): Promise<void> {
  const session = new ServerSession(transport, stream, machine, options);
  try {
    for (;;) {
      const next = await readHead(stream, options.limits ?? LIMITS);
      if (next === undefined || next.code === RpcCode.Shutdown) return;
      await session.runRequest(next);
    }
  } catch (error) {
    if (error instanceof BadPacketError) {
      await transport.send(...exception(error)).catch(() => undefined);
    }
    throw error;
  } finally {
    session.end();
    transport.close();
  }
}

class ServerSession {
  private readonly handles: Handles;
  private readonly arrays: SessionArrays;
  private readonly functions: Readonly<Record<string, ServedFunction | undefined>>;
  private readonly limits: Limits;
  private started = false;

  constructor(
    private readonly transport: Transport,
    private readonly stream: ByteStream,
    private readonly machine: ServedMachine,
    { limits = LIMITS, sessionLimits = SESSION_LIMITS }: ServeOptions,
  ) {
    this.limits = limits;
    this.handles = new Handles(sessionLimits.handles);
    this.arrays = new SessionArrays(machine, this.handles, sessionLimits);
    this.functions = serverFunctions(machine);
  }

  end(): void {
    this.arrays.freeAll();
  }

  async runRequest(head: PacketHead): Promise<void> {
    if (!this.started && head.code !== RpcCode.InitServer) {
      throw new BadPacketError(`the first packet is ${RpcCode[head.code]} instead of InitServer`);
    }
    let reply: Uint8Array[];
    try {
      if (head.code === RpcCode.CopyToRemote) {
        reply = await this.copyIn(head);
      } else {
        const body = await readBody(this.stream, head.bytes, this.limits);
        if (head.code === RpcCode.CopyFromRemote) return await this.copyOut(body);
        reply = await this.reply(head.code, body);
      }
    } catch (error) {
      if (error instanceof BadPacketError || error instanceof ConnectionLostError) throw error;
      reply = exception(error);
    }
    await this.transport.send(...reply);
  }

  private async reply(code: RpcCode, body: ByteReader): Promise<Uint8Array[]> {
    switch (code) {
      case RpcCode.InitServer:
        return this.init(body);
      case RpcCode.CallFunc:
        return this.call(body);
      case RpcCode.GetGlobalFunc:
      case RpcCode.FreeHandle:
      case RpcCode.DevSetDevice:
      case RpcCode.DevGetAttr:
      case RpcCode.DevAllocData:
      case RpcCode.DevAllocDataWithScope:
      case RpcCode.DevFreeData:
      case RpcCode.DevStreamSync:
      case RpcCode.DevCreateStream:
      case RpcCode.DevFreeStream:
      case RpcCode.DevSetStream:
      case RpcCode.CopyAmongRemote: {
        const args = new Arguments(code, readValues(body));
        body.end();
        return valuesPacket(RpcCode.Return, [this.system(code, args)]);
      }
      default:
        throw new BadPacketError(`a client sent ${RpcCode[code]}, which only a server sends`);
    }
  }

  private init(body: ByteReader): Uint8Array[] {
    const version = body.string("the protocol's version");
    const args = readValues(body);
    body.end();
    if (version !== PROTOCOL_VERSION) {
      throw new UsageError(
        "rpc-server",
        `the client has version '${version}' of the protocol, this server '${PROTOCOL_VERSION}'`,
      );
    }
    if (args.length > 0) {
      throw new UsageError(
        "rpc-server",
        "this server does not connect its clients to other servers",
      );
    }
    this.started = true;
    return valuesPacket(RpcCode.Return, [NULL]);
  }

  private async call(body: ByteReader): Promise<Uint8Array[]> {
    const handle = body.u64("a function's handle");
    const args = readValues(body);
    body.end();
    const func = this.handles.func(handle);
    const result = await func(...args.map((arg) => this.argument(arg)));
    const [code, value] = this.result(result);
    return valuesPacket(RpcCode.Return, [{ kind: "int", value: BigInt(code) }, value]);
  }

  /** The elements are copied from the connection to the array without a buffer in between. */
  private async copyIn(head: PacketHead): Promise<Uint8Array[]> {
    const { tensor, drain } = await readCopy(this.stream, head, this.limits);
    let write: (piece: Uint8Array, at: number) => void;
    try {
      write = this.arrays.writer(tensor);
    } catch (error) {
      await drain(() => undefined);
      throw error;
    }
    await drain(write);
    return valuesPacket(RpcCode.Return, [NULL]);
  }

  private async copyOut(body: ByteReader): Promise<void> {
    const tensor = readCopiedTensor(body);
    body.end();
    const pieces = this.arrays.pieces(tensor);
    let before = this.transport.send(packetHead(RpcCode.CopyAck, tensorBytes(tensor)));
    for (const piece of pieces) {
      // A piece is sent while the next is copied.
      const sent = this.transport.send(piece);
      await before;
      before = sent;
    }
    await before;
  }

  private system(code: RpcCode, args: Arguments): WireValue {
    switch (code) {
      case RpcCode.GetGlobalFunc: {
        const name = args.string(0);
        const func = this.functions[name] ?? this.machine.function(name);
        return { kind: "opaque", handle: func === undefined ? 0n : this.handles.add(func) };
      }
      case RpcCode.FreeHandle:
        this.handles.remove(args.handle(0));
        return NULL;
      case RpcCode.DevGetAttr: {
        const { type, id } = args.device(0);
        if (args.int(1) !== EXISTS) return NULL;
        return { kind: "int", value: this.machine.device(type, id) === undefined ? 0n : 1n };
      }
      case RpcCode.DevAllocData: {
        const bytes = Number(args.int(1));
        return opaque(this.arrays.allocate(args.device(0), bytes, Number(args.int(2))));
      }
      case RpcCode.DevAllocDataWithScope: {
        const tensor = args.tensor(0);
        const scope = args.optionalString(1);
        if (scope !== undefined && scope !== "" && scope !== "global") {
          throw new UsageError(
            "rpc-server",
            `arrays are allocated in 'global' memory, not in '${scope}'`,
          );
        }
        return opaque(this.arrays.allocate(tensor.device, tensorBytes(tensor)));
      }
      case RpcCode.DevFreeData:
        this.arrays.free(args.handle(1));
        return NULL;
      case RpcCode.CopyAmongRemote: {
        this.arrays.copy(args.tensor(0), args.tensor(1));
        return NULL;
      }
      case RpcCode.DevCreateStream:
        this.arrays.device(args.device(0));
        return opaque(0n);
      default:
        // Requests are complete when they are answered: there are no streams to wait for or to
        // select.
        this.arrays.device(args.device(0));
        return NULL;
    }
  }

  private argument(value: WireValue): ServedValue {
    switch (value.kind) {
      case "int":
      case "uint": {
        const number = Number(value.value);
        return Number.isSafeInteger(number) ? number : value.value;
      }
      case "float":
      case "str":
      case "bytes":
        return value.value;
      case "null":
        return null;
      case "dtype":
        return new DataTypeArgument(value.value);
      case "device":
        return new DeviceArgument(value.value);
      case "tensor":
        return this.arrays.array(value.value);
      case "opaque":
        return new OpaqueArgument(value.handle);
      case "module":
        return this.handles.module(value.handle);
      case "func":
        return this.handles.func(value.handle);
    }
  }

  private result(value: ServedValue | void): [WireTypeCode, WireValue] {
    if (value === null || value === undefined) return [WireTypeCode.Null, NULL];
    if (typeof value === "bigint")
      return [WireTypeCode.Int, { kind: "int", value: BigInt.asIntN(64, value) }];
    if (typeof value === "number") {
      return Number.isSafeInteger(value)
        ? [WireTypeCode.Int, { kind: "int", value: BigInt(value) }]
        : [WireTypeCode.Float, { kind: "float", value }];
    }
    if (typeof value === "string") return [WireTypeCode.Str, { kind: "str", value }];
    if (value instanceof Uint8Array) return [WireTypeCode.Bytes, { kind: "bytes", value }];
    if (typeof value === "function") return [WireTypeCode.Func, opaque(this.handles.add(value))];
    if (value instanceof ServedModule)
      return [WireTypeCode.Module, opaque(this.handles.add(value))];
    if (value instanceof DataTypeArgument) {
      return [WireTypeCode.DataType, { kind: "dtype", value: value.dtype }];
    }
    if (value instanceof DeviceArgument) {
      return [WireTypeCode.Device, { kind: "device", value: value.device }];
    }
    if (value instanceof OpaqueArgument) return [WireTypeCode.Opaque, opaque(value.handle)];
    throw new UsageError(
      "rpc-server",
      `a function returned an array ([${(value as NDArray).shape.join(", ")}]); a function ` +
        `that sessions call must write to its array arguments instead`,
    );
  }
}

/** The arguments of a packet that the server itself handles. */
class Arguments {
  constructor(
    private readonly code: RpcCode,
    private readonly values: readonly WireValue[],
  ) {}

  string(i: number): string {
    const value = this.values[i];
    return value?.kind === "str" ? value.value : this.refuse(i, "a string");
  }
  optionalString(i: number): string | undefined {
    return this.values[i]?.kind === "null" ? undefined : this.string(i);
  }
  int(i: number): bigint {
    const value = this.values[i];
    return value?.kind === "int" ? value.value : this.refuse(i, "an integer");
  }
  device(i: number): { readonly type: number; readonly id: number } {
    const value = this.values[i];
    return value?.kind === "device" ? value.value : this.refuse(i, "a device");
  }
  tensor(i: number): WireTensor {
    const value = this.values[i];
    return value?.kind === "tensor" ? value.value : this.refuse(i, "an array");
  }
  handle(i: number): bigint {
    const value = this.values[i];
    return value?.kind === "opaque" ? value.handle : this.refuse(i, "a handle");
  }

  private refuse(i: number, what: string): never {
    throw new BadPacketError(
      `argument ${i + 1} of ${RpcCode[this.code]} is ${this.values[i]?.kind ?? "missing"}; it must be ${what}`,
    );
  }
}

function opaque(handle: bigint): WireValue {
  return { kind: "opaque", handle };
}

/** An error as it is sent to the client: its message, without the stack. */
function exception(error: unknown): Uint8Array[] {
  return valuesPacket(RpcCode.Exception, [{ kind: "str", value: sentenceOf(error) }]);
}
