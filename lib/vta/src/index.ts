import { callerFolder, devices, memories, registerLibraryRoot, targets } from "tvm-ts";
import { extDev, simulator } from "./api";
import { acceleratorTargetKind, getEnv, setDefaultConfig, transforms } from "./compiler";
import * as explore from "./explore";
import { bullmq, defaultConfig, openRecords, workerThreads } from "./node";
import { installDisplays, serveSession } from "./view";

export * from "./accelerator";
export * from "./api";
export * from "./compiler";
export { explore };
export * from "./hardware";
export * as network from "./graph";
export { readConfigFile } from "./node";
export * from "./runtime";
export * from "./sim";
export * as topi from "./topi";
export * as view from "./view";

registerLibraryRoot(callerFolder(1));
setDefaultConfig(defaultConfig);
explore.setExploreHost({ openRecords, workerThreads, bullmq });
devices.provide("ext_dev", extDev);
memories.provide(() => transforms.memoryInfo(getEnv()));
targets.register(acceleratorTargetKind);
installDisplays();
serveSession(() => simulator.lastCall());
