export { withCleanup } from "./cleanup";
export { CONDITION } from "./condition";
export { dimensionValue, type ConstantLike, type Dimension } from "./dimension";
export {
  assertInternal,
  assertNever,
  DeviceError,
  InternalError,
  RpcError,
  TvmError,
  UsageError,
  type ErrorNote,
  type ErrorOptions,
} from "./errors";
export {
  callerFolder,
  FEW_FRAMES,
  parseStack,
  registerLibraryRoot,
  Span,
  type Place,
} from "./span";
export { checkInterruption, setInterruptionCheck } from "./interruption";
export { nearName } from "./near";
export { elementCount } from "./element-count";
export { escapeString, formatFloat, kibibytes, plural } from "./text";
