import { devices, memories } from "tvm-ts";
import { getEnv } from "./config";
import { extDev } from "./driver";
import { memoryInfo } from "./transforms";

export * from "./config";
export * from "./driver";
export * from "./intrin";
export * from "./isa";
export * from "./runtime";
export * from "./sim";
export { buildConfig, type BuildConfigOptions } from "./transforms";
export * as transforms from "./transforms";

devices.provide("ext_dev", extDev);
memories.provide(() => memoryInfo(getEnv()));
