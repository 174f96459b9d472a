/** Functions and modules of a server, and their arguments and results. */

import { UsageError } from "../../support";
import { timingResult, type TimingOptions, type TimingResult } from "../../runtime";
import { DtypeArgument, FloatArgument } from "../argument";
import { BadPacketError } from "../rpc-errors";
import { ENTRY_NAME } from "../server";
import { wireElementType, WireTypeCode, wireDataType, type WireValue } from "../protocol";
import type {
  SessionArgument,
  SessionDevice,
  SessionFunction,
  SessionModule,
  SessionValue,
} from "../session";
import type { CallResult, Remote } from "./remote";
import { RemoteArray, RemoteDevice } from "./remote-array";
import type { RemoteSession } from "./remote-session";

const GET_FUNCTION = "tvm.rpc.server.ModuleGetFunction";
const IMPORT_MODULE = "tvm.rpc.server.ImportModule";
const TIME_EVALUATOR = "runtime.RPCTimeEvaluator";
/** The limit for repetitions of zero measured time, which TVM's client sends too. */
const LIMIT_ZERO_TIME_ITERATIONS = 100;

/** An object on the server that exists until the client frees or collects it. */
interface Held {
  readonly remote: Remote;
  readonly handle: bigint;
  readonly type: WireTypeCode;
  freed: boolean;
}

const held = new WeakMap<object, Held>();

/** Ties a handle to `owner`: it is freed when the owner is freed or collected. */
function hold<T extends object>(owner: T, remote: Remote, handle: bigint, type: WireTypeCode): T {
  held.set(owner, { remote, handle, type, freed: false });
  remote.watch(owner, owner, () => remote.freeHandle(handle, type));
  return owner;
}

async function freeHeld(owner: object): Promise<void> {
  const record = held.get(owner)!;
  if (record.freed) return;
  record.freed = true;
  record.remote.forget(owner);
  await record.remote.freeHandle(record.handle, record.type);
}

function handleOf(owner: object, remote: Remote): bigint {
  const record = held.get(owner);
  if (record === undefined || record.remote !== remote) {
    throw new UsageError(
      "rpc-argument",
      "an argument belongs to another session; pass functions and modules of this one",
    );
  }
  if (!record.freed) return record.handle;
  throw new UsageError(
    "array-freed",
    "a function or module of the session was freed and cannot be used any more",
  );
}

export function remoteFunction(
  session: RemoteSession,
  remote: Remote,
  name: string,
  handle: bigint,
): SessionFunction {
  const func = async (...args: SessionArgument[]): Promise<SessionValue> => {
    const values = args.map((arg) => wireArgument(arg, remote, name));
    return sessionValue(await remote.call(handleOf(func, remote), values), session, remote, name);
  };
  const free = (): Promise<void> => freeHeld(func);
  const toString = (): string => `the function ${name} of ${session}`;
  Object.assign(func, { free, toString });
  return hold(func as SessionFunction, remote, handle, WireTypeCode.Func);
}

export function remoteModule(
  session: RemoteSession,
  remote: Remote,
  name: string,
  handle: bigint,
): SessionModule {
  let entry: Promise<SessionFunction> | undefined;
  const module = async (...args: SessionArgument[]): Promise<SessionValue> => {
    entry ??= getFunction(ENTRY_NAME);
    return (await entry)(...args);
  };
  const wire = (): WireValue => ({ kind: "module", handle: handleOf(module, remote) });
  const getFunction = async (func: string, queryImports = true): Promise<SessionFunction> => {
    const result = await remote.callOwn(GET_FUNCTION, [
      wire(),
      { kind: "str", value: func },
      { kind: "int", value: queryImports ? 1n : 0n },
    ]);
    if (result.kind === "func") return remoteFunction(session, remote, func, result.handle);
    throw new UsageError(
      "rpc-function",
      `the module ${name} of ${session} has no function '${func}'`,
    );
  };
  const timeEvaluator = (
    func: string,
    device: SessionDevice,
    options: TimingOptions = {},
  ): ((...args: SessionArgument[]) => Promise<TimingResult>) => {
    if (!(device instanceof RemoteDevice) || device.remote !== remote) {
      throw new UsageError("rpc-argument", `${device} belongs to another session`);
    }
    const { number = 10, repeat = 1, minRepeatMs = 0 } = options;
    const numbers = [
      ...[device.wire.type, device.id, number, repeat, minRepeatMs],
      ...[LIMIT_ZERO_TIME_ITERATIONS, 0, 1],
    ];
    let timer: Promise<SessionFunction> | undefined;
    const makeTimer = async (): Promise<SessionFunction> => {
      const result = await remote.callOwn(TIME_EVALUATOR, [
        wire(),
        { kind: "str", value: func },
        ...numbers.map((value): WireValue => ({ kind: "int", value: BigInt(value) })),
        { kind: "str", value: "" },
      ]);
      if (result.kind === "func") return remoteFunction(session, remote, func, result.handle);
      throw new BadPacketError(`${session} has no time evaluator for ${func}`);
    };
    const run = async (...args: SessionArgument[]): Promise<TimingResult> => {
      timer ??= makeTimer();
      const bytes = await (await timer)(...args);
      if (bytes instanceof Uint8Array && bytes.byteLength === 8 * repeat) {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        return timingResult(Array.from({ length: repeat }, (_, i) => view.getFloat64(8 * i, true)));
      }
      throw new BadPacketError(`the time evaluator of ${session} returned no times`);
    };
    return Object.assign(run, { free: async () => (await timer)?.free() });
  };
  Object.assign(module, {
    getFunction,
    timeEvaluator,
    import: async (other: SessionModule): Promise<void> => {
      const child: WireValue = { kind: "module", handle: handleOf(other, remote) };
      await remote.callOwn(IMPORT_MODULE, [wire(), child]);
    },
    free: () => freeHeld(module),
    toString: () => `the module ${name} of ${session}`,
  });
  return hold(module as unknown as SessionModule, remote, handle, WireTypeCode.Module);
}

function wireArgument(arg: SessionArgument, remote: Remote, func: string): WireValue {
  switch (typeof arg) {
    case "number":
      return Number.isSafeInteger(arg) && !Object.is(arg, -0)
        ? { kind: "int", value: BigInt(arg) }
        : { kind: "float", value: arg };
    case "bigint":
      if (BigInt.asIntN(64, arg) === arg) return { kind: "int", value: arg };
      if (BigInt.asUintN(64, arg) === arg) return { kind: "uint", value: arg };
      throw new UsageError("rpc-argument", `${arg} does not fit into 64 bits`);
    case "boolean":
      return { kind: "int", value: arg ? 1n : 0n };
    case "string":
      return { kind: "str", value: arg };
    case "undefined":
      return { kind: "null" };
    case "function": {
      const record = held.get(arg);
      const kind = record?.type === WireTypeCode.Module ? "module" : "func";
      return { kind, handle: handleOf(arg, remote) };
    }
  }
  if (arg === null) return { kind: "null" };
  if (arg instanceof Uint8Array) return { kind: "bytes", value: arg };
  if (arg instanceof FloatArgument) return { kind: "float", value: arg.value };
  if (arg instanceof DtypeArgument) return { kind: "dtype", value: wireDataType(arg.dtype) };
  if (arg instanceof RemoteDevice && arg.remote === remote) {
    return { kind: "device", value: arg.wire };
  }
  if (arg instanceof RemoteArray && arg.device.remote === remote) {
    return { kind: "tensor", value: arg.wire };
  }
  throw new UsageError(
    "rpc-argument",
    `an argument of ${func} does not belong to this session (${String(arg).split("\n")[0]}); make arrays with ` +
      "tvm.nd.array(data, session.cpu(0)) or session.extDev(0)",
  );
}

function sessionValue(
  result: CallResult,
  session: RemoteSession,
  remote: Remote,
  name: string,
): SessionValue {
  switch (result.kind) {
    case "func":
      return remoteFunction(session, remote, `result of ${name}`, result.handle);
    case "module":
      return remoteModule(session, remote, `result of ${name}`, result.handle);
    case "array": {
      const { tensor, handle } = result;
      const device = session.deviceOf(tensor.device);
      return new RemoteArray(device, tensor, wireElementType(tensor.dtype), () =>
        remote.freeHandle(handle, WireTypeCode.NDArray),
      );
    }
  }
  const { value } = result;
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
    case "dtype":
      return new DtypeArgument(wireElementType(value.value));
    case "device":
      return session.deviceOf(value.value);
    case "opaque":
      return value.handle;
    default:
      return undefined;
  }
}
