/** Functions and modules of a local session, in this process. */

import { UsageError } from "../support";
import {
  DEVICE_TYPE,
  deviceTypeOf,
  deviceName,
  NDArray,
  type Module,
  type TimingOptions,
  type TimingResult,
} from "../runtime";
import { DtypeArgument, FloatArgument } from "./argument";
import { LocalArray, LocalDevice } from "./local-device";
import type { LocalSession } from "./local-session";
import { wireElementType, wireDataType } from "./protocol";
import {
  DataTypeArgument,
  DeviceArgument,
  OpaqueArgument,
  ServedModule,
  servedModule,
  type ServedFunction,
  type ServedValue,
} from "./server";
import type {
  SessionArgument,
  SessionDevice,
  SessionFunction,
  SessionModule,
  SessionValue,
} from "./session";

const functions = new WeakMap<object, ServedFunction>();
const modules = new WeakMap<object, ServedModule>();

/** A function of the process has no handle to free. */
const free = async (): Promise<void> => {};

export function localFunction(session: LocalSession, func: ServedFunction): SessionFunction {
  const call = async (...args: SessionArgument[]): Promise<SessionValue> =>
    sessionValue(session, await func(...args.map(servedValue)));
  functions.set(call, func);
  return Object.assign(call, { free });
}

export function localModule(session: LocalSession, module: Module): SessionModule {
  const served = servedModule(module);
  const call = localFunction(session, (...args) => module(...(args as never[])));
  modules.set(call, served);
  return Object.assign(call, {
    getFunction: async (name: string): Promise<SessionFunction> => {
      const func = module.getFunction(name);
      return localFunction(session, (...args) => func(...(args as never[])));
    },
    timeEvaluator: (name: string, device: SessionDevice, options?: TimingOptions) => {
      if (!(device instanceof LocalDevice)) {
        throw new UsageError("rpc-argument", `${device} belongs to another session`);
      }
      const time = module.timeEvaluator(name, device.device, options);
      return async (...args: SessionArgument[]): Promise<TimingResult> =>
        time(...(args.map(servedValue) as never[]));
    },
    import: async (other: SessionModule): Promise<void> => {
      const child = modules.get(other);
      if (child === undefined)
        throw new UsageError(
          "rpc-argument",
          "the module belongs to another session; load it in this one",
        );
      served.importModule(child);
    },
  });
}

function servedValue(arg: SessionArgument | NDArray): ServedValue {
  if (arg instanceof LocalArray) return arg.array;
  if (arg instanceof FloatArgument) return arg.value;
  if (arg instanceof DtypeArgument) return new DataTypeArgument(wireDataType(arg.dtype));
  if (arg instanceof LocalDevice) {
    return new DeviceArgument({ type: deviceTypeOf(arg.kind), id: arg.id });
  }
  if (typeof arg === "boolean") return Number(arg);
  if (typeof arg === "function") {
    const found = modules.get(arg) ?? functions.get(arg);
    if (found !== undefined) return found;
  } else if (typeof arg !== "object" || arg === null) {
    return arg;
  } else if (arg instanceof NDArray || arg instanceof Uint8Array) {
    return arg;
  }
  throw new UsageError(
    "rpc-argument",
    "an argument does not belong to this session; make arrays with tvm.nd.array(data, session.cpu(0)) or " +
      "session.extDev(0)",
  );
}

function sessionValue(session: LocalSession, value: ServedValue | void): SessionValue {
  if (value === null || value === undefined) return undefined;
  if (value instanceof NDArray) {
    return new LocalArray(session.device(value.device.kind, value.device.id), value);
  }
  if (value instanceof DataTypeArgument) return new DtypeArgument(wireElementType(value.dtype));
  if (value instanceof DeviceArgument) {
    const { type, id } = value.device;
    const kind = Object.entries(DEVICE_TYPE).find(([, number]) => number === type)?.[0];
    if (kind !== undefined) return session.device(kind, id);
    throw new UsageError(
      "rpc-argument",
      `${deviceName({ kind: String(type), id })} is not a device of this library`,
    );
  }
  if (value instanceof OpaqueArgument) return value.handle;
  if (value instanceof ServedModule) {
    throw new UsageError(
      "rpc-argument",
      "a function of this process returned a module; load it with loadModule",
    );
  }
  if (typeof value === "function") return localFunction(session, value);
  return value;
}
