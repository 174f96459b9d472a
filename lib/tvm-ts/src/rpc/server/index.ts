export { checkFileName, checkSpace, MemoryFiles, missingFile, type SessionFiles } from "./files";
export {
  DataTypeArgument,
  DeviceArgument,
  OpaqueArgument,
  ServedModule,
  type ServedFunction,
  type ServedMachine,
  type ServedValue,
  type SessionLimits,
} from "./machine";
export { MODULE_FORMAT } from "./standard-functions";
export { ENTRY_NAME, servedModule } from "./served-module";
export { serveSession, type ServeOptions } from "./server-session";
