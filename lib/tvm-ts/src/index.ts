import { createApi } from "./driver";
import { host } from "./node";
import { installDisplays } from "./view";

export * as arith from "./arith";
export * from "./ir";
export { ready } from "./codegen";
export { Target, target, type Lowering, type TargetOptions } from "./driver";
export * as runtime from "./runtime";
export { NDArray, np, type Device } from "./runtime";
export type { Session, SessionArray, SessionDevice, SessionModule } from "./rpc";
export * from "./support";
export * as te from "./te";
export * as tir from "./ir";
export * as topi from "./topi";
export * as view from "./view";

installDisplays();

/** What runs in this process: its devices, arrays, modules and sessions. */
export const { build, cpu, devices, extDev, loadModule, nd, rpc } = createApi(host);
