/**
 * The functions that every server has, under the names of TVM's: files, modules, timing
 * (`python/tvm/rpc/server.py`, `src/runtime/rpc/rpc_module.cc`).
 */

import { UsageError } from "../../support";
import { timeRepetitions } from "../../runtime";
import { ServedModule, type ServedFunction, type ServedMachine, type ServedValue } from "./machine";

/** Returns the module format that the server loads. TVM's servers do not have it. */
export const MODULE_FORMAT = "tvm_ts.rpc.server.module_format";

/** The most calls of a time evaluator in a repetition, and the most repetitions. */
const MAX_CALLS = 1_000_000;

export function serverFunctions(
  machine: ServedMachine,
): Readonly<Record<string, ServedFunction | undefined>> {
  const { files } = machine;
  const load: ServedFunction = async (name) =>
    machine.loadModule(files.read(text(name, "file name")), text(name, "file name"));
  return {
    __proto__: null as never,
    "tvm.rpc.server.upload": (name, bytes) =>
      void files.write(text(name, "file name"), byteString(bytes)),
    "tvm.rpc.server.download": (name) => files.read(text(name, "file name")),
    "tvm.rpc.server.remove": (name) => void files.remove(text(name, "file name")),
    "tvm.rpc.server.workpath": (name) => files.path(text(name, "file name")),
    "tvm.rpc.server.load_module": load,
    [MODULE_FORMAT]: () => "wasm",
    "tvm.rpc.server.download_linked_module": () => {
      throw new UsageError(
        "rpc-server",
        "this server does not link modules; upload a module that it can load",
      );
    },
    "tvm.rpc.server.ModuleGetFunction": (module, name, queryImports) =>
      moduleOf(module).getFunction(text(name, "function name"), Boolean(queryImports)),
    "tvm.rpc.server.ImportModule": (parent, child) =>
      void moduleOf(parent).importModule(moduleOf(child)),
    "runtime.RPCTimeEvaluator": (...args) => timeEvaluator(machine, args),
  };
}

/**
 * A function that times another: after a warm-up call, `repeat` results as little-endian doubles,
 * each the average seconds of a call in a repetition of `number` calls.
 */
function timeEvaluator(machine: ServedMachine, args: readonly ServedValue[]): ServedFunction {
  const [module, name, , , number, repeat, minRepeatMs, , cooldownMs = 0, repeatsToCooldown = 1] =
    args;
  const funcName = text(name, "function name");
  const func =
    module === null || module === undefined
      ? machine.function(funcName)
      : moduleOf(module).getFunction(funcName, true);
  if (func === undefined)
    throw new UsageError("rpc-server", `there is no function '${funcName}' to time`);
  const options = {
    number: count(number, "number of calls", 1),
    repeat: count(repeat, "number of repetitions", 1),
    minRepeatMs: count(minRepeatMs, "shortest repetition in milliseconds", 0),
    cooldownMs: count(cooldownMs, "cool-down in milliseconds", 0),
    repeatsToCooldown: count(repeatsToCooldown, "repetitions before a cool-down", 1),
  };
  return async (...callArgs) => {
    const results = await timeRepetitions(() => func(...callArgs), options);
    const bytes = new DataView(new ArrayBuffer(8 * results.length));
    results.forEach((seconds, i) => bytes.setFloat64(8 * i, seconds, true));
    return new Uint8Array(bytes.buffer);
  };
}

function text(value: ServedValue, what: string): string {
  if (typeof value === "string") return value;
  throw new UsageError("rpc-server", `the ${what} must be a string, not ${describe(value)}`);
}

function byteString(value: ServedValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new UsageError("rpc-server", `the content of a file must be bytes, not ${describe(value)}`);
}

function moduleOf(value: ServedValue): ServedModule {
  if (value instanceof ServedModule) return value;
  throw new UsageError("rpc-server", `the argument must be a module, not ${describe(value)}`);
}

function count(value: ServedValue, what: string, least: number): number {
  if (
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= least &&
    value <= MAX_CALLS
  ) {
    return value;
  }
  throw new UsageError(
    "rpc-server",
    `the ${what} must be ${least} to ${MAX_CALLS}, not ${describe(value)}`,
  );
}

function describe(value: ServedValue): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "object") return "another kind of value";
  return `${typeof value} ${typeof value === "function" ? "" : String(value)}`.trim();
}
