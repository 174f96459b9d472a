import { callerFolder, devices, functions, memories, registerLibraryRoot, targets } from "tvm-ts";
import { extDev, simulator } from "./api";
import { acceleratorTargetKind, getEnv, setDefaultConfig, transforms } from "./compiler";
import * as explore from "./explore";
import {
  bitstreams,
  bullmq,
  defaultConfig,
  openRecords,
  shippedRecords,
  workerThreads,
} from "./node";
import { setRecordFiles } from "./records";
import { boardFunctions, vtaServerFunctions } from "./rpc";
import { installVtaDisplays, serveSessionView } from "./view";

export * from "./accelerator";
export * from "./api";
export * from "./compiler";
export { explore };
export * as grade from "./grade";
export * from "./hardware";
export * as network from "./graph";
export {
  readConfigFile,
  runRpcServer,
  runRpcTracker,
  runRpcWorker,
  startVtaServer,
  type VtaServerOptions,
} from "./node";
export * from "./runtime";
export * from "./sim";
export * as topi from "./topi";
export * as view from "./view";

registerLibraryRoot(callerFolder(1));
setDefaultConfig(defaultConfig);
setRecordFiles(openRecords);
explore.setExploreHost({ shippedRecords, workerThreads, bullmq });
devices.provide("ext_dev", extDev);
for (const [name, func] of vtaServerFunctions()) functions.set(name, func);
functions.set(explore.MEASURE_FUNCTION, explore.serveMeasure);
memories.provide(() => transforms.memoryInfo(getEnv()));
targets.register(acceleratorTargetKind);
installVtaDisplays();
serveSessionView(() => simulator.lastCall());

const board = boardFunctions(bitstreams);
/**
 * Reconfigures a server's runtime for the environment in force.
 * @example
 * const remote = tvm.rpc.localSession();
 * await vta.reconfigRuntime(remote);
 */
export const reconfigRuntime = board.reconfigRuntime;
/**
 * Programs a server's FPGA; does nothing on a server without one. Untested on hardware.
 * @example
 * await vta.programFpga(tvm.rpc.localSession());
 */
export const programFpga = board.programFpga;
