import { devices, memories } from "tvm-ts";
import { getEnv, setDefaultConfig } from "./config";
import { extDev, simulator } from "./driver";
import { defaultConfig } from "./node";
import { memoryInfo } from "./transforms";
import { installDisplays, serveSession } from "./view";

export * from "./config";
export * from "./driver";
export * from "./intrin";
export * from "./isa";
export { readConfigFile } from "./node";
export * from "./runtime";
export * from "./sim";
export { buildConfig, type BuildConfigOptions } from "./transforms";
export * as topi from "./topi";
export * as transforms from "./transforms";
export * as view from "./view";

setDefaultConfig(defaultConfig);
devices.provide("ext_dev", extDev);
memories.provide(() => memoryInfo(getEnv()));
installDisplays();
serveSession(() => simulator.lastCall());
