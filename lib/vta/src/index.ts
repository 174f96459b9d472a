import { devices, memories } from "tvm-ts";
import { getEnv, setDefaultConfig } from "./config";
import { extDev } from "./driver";
import { defaultConfig } from "./node";
import { memoryInfo } from "./transforms";

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

setDefaultConfig(defaultConfig);
devices.provide("ext_dev", extDev);
memories.provide(() => memoryInfo(getEnv()));
