import { createApi } from "./driver";
import { host } from "./node";
import { callerFolder, registerLibraryRoot } from "./support";
import { installDisplays } from "./view";

export * as arith from "./arith";
export * from "./ir";
export { ready } from "./codegen";
export {
  lowerPipeline,
  Target,
  target,
  type Lowerable,
  type LowerOptions,
  type Lowering,
  type TargetOptions,
} from "./driver";
export * as pass from "./pass";
export { PassContext, type LowerTrace, type PassConfig, type PassInstrument } from "./pass";
export * as runtime from "./runtime";
export { NDArray, np, type Device } from "./runtime";
export type { Session, SessionArray, SessionDevice, SessionModule } from "./rpc";
export * from "./support";
export * as te from "./te";
export * as tir from "./ir";
export { utils } from "./node";
export * as topi from "./topi";
export * as transforms from "./transforms";
export * as view from "./view";

registerLibraryRoot(callerFolder(1));
installDisplays();

const api = createApi(host);

/** Lowers a schedule with the arguments its function is to take, or functions of TIR. */
export const lower = api.lower;
/** Compiles lowered functions into a module. */
export const build = api.build;
/** Loads a module that was saved. */
export const loadModule = api.loadModule;
/** The CPU of this process. */
export const cpu = api.cpu;
/** An accelerator of this process. */
export const extDev = api.extDev;
/** The devices of this process. */
export const devices = api.devices;
/** The on-chip memories that schedules can name as scopes. */
export const memories = api.memories;
/** Arrays on devices. */
export const nd = api.nd;
/** Sessions, here and elsewhere. */
export const rpc = api.rpc;
