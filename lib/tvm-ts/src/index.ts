import { createApi } from "./driver";
import { exposureWarning, host, serveAsWorker, startServer, startTracker } from "./node";
import { callerFolder, registerLibraryRoot } from "./support";
import { installDisplays } from "./view";

export * as arith from "./arith";
export { IRModule } from "./ir";
export { moduleRecord, ready, wasmGenerator, type CodeGenerator, type Lowering } from "./codegen";
export { lowerPipeline, type Lowerable, type LowerOptions } from "./driver";
export * as pass from "./pass";
export { PassContext, type LowerTrace, type PassConfig, type PassInstrument } from "./pass";
export * as relay from "./relay";
export * as runtime from "./runtime";
export { NDArray, np, type Device } from "./runtime";
export {
  BadPacketError,
  ConnectionLostError,
  KeyRefusedError,
  RemoteError,
  RpcTimeoutError,
  SessionClosedError,
  type ServedFunction,
  type Session,
  type SessionArray,
  type SessionDevice,
  type SessionFunction,
  type SessionModule,
  TrackerSession,
  type TrackerSummary,
} from "./rpc";
export {
  callerFolder,
  checkInterruption,
  DeviceError,
  InternalError,
  nearName,
  plural,
  registerLibraryRoot,
  RpcError,
  setInterruptionCheck,
  Span,
  TvmError,
  UsageError,
  withCleanup,
  type ErrorNote,
  type ErrorOptions,
  type Place,
} from "./support";
export { Target, type TargetKind, type TargetOptions } from "./target";
export * as te from "./te";
export * as tir from "./ir";
export {
  utils,
  type RpcServerOptions,
  type RpcTrackerOptions,
  type RunningServer,
  type RunningTracker,
} from "./node";
export * as topi from "./topi";
export * as transforms from "./transforms";
export * as view from "./view";

registerLibraryRoot(callerFolder(1));

const api = createApi(host);

installDisplays(() => {
  const memories = api.memories.withMemories().option("tir.memory_info");
  const bytes = (bits: number) => Math.floor(bits / 8);
  return Object.fromEntries(
    Object.entries(memories).map(([scope, { maxNumBits }]) => [scope, bytes(maxNumBits)]),
  );
});

/**
 * Lowers a schedule, with the arguments of its function, or functions of TIR.
 * @example
 * const A = te.placeholder([8], { name: "A", dtype: "int32" });
 * const B = te.compute([8], (i) => A(i).add(1), "B");
 * const module = tvm.lower(te.createSchedule(B.op), [A, B], { name: "plus_one" });
 * [...module.functions.keys()] // => plus_one
 */
export const lower = api.lower;
/**
 * Compiles lowered functions into a module.
 * @example
 * const A = te.placeholder([4], { name: "A", dtype: "int32" });
 * const B = te.compute([4], (i) => A(i).mul(A(i)), "B");
 * const square = tvm.build(te.createSchedule(B.op), [A, B]);
 * const b = tvm.nd.empty([4], "int32");
 * square(tvm.nd.array(np.arange(4).astype("int32")), b);
 * b.numpy().toArray() // => 0,1,4,9
 */
export const build = api.build;
/** Loads a saved module, from a file or from its bytes. */
export const loadModule = api.loadModule;
/** The CPU of this process. */
export const cpu = api.cpu;
/** An accelerator of this process. */
export const extDev = api.extDev;
/** A target from its text: `"wasm"`, `"c -mtriple=aarch64-linux-gnu"`, `"ext_dev -device=vta"`. */
export const target = api.target;
/** The kinds of targets, by the names that a target's text can use. */
export const targets = api.targets;
/** The devices of this process. */
export const devices = api.devices;
/** The on-chip memories that schedules can use as scopes. */
export const memories = api.memories;
/**
 * Arrays on devices.
 * @example
 * const a = tvm.nd.array(np.arange(6).reshape([2, 3]).astype("int8"));
 * a.dtype // => int8
 * a.numpy().sum() // => 15
 */
export const nd = api.nd;
/**
 * Sessions with this process and with servers.
 * @example
 * const session = tvm.rpc.localSession();
 * const a = await tvm.nd.array(np.zeros([2, 2]), session.cpu(0));
 * (await a.numpy()).shape // => 2,2
 */
export const rpc = { ...api.rpc, startServer, startTracker, serveAsWorker, exposureWarning };
/** Functions of this process by name, for `getFunction` of sessions with it. */
export const functions = api.functions;
