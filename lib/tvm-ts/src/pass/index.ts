export { PassPrinter, type DebugLevel } from "./pass-printer";
export type { PassInstrument } from "./instrument";
export { isSequential, type FunctionPass, type Pass, type PassInfo, type Sequential } from "./pass";
export type {
  MemoryInfo,
  OptionGroups,
  PassConfig,
  PassOptions,
  PlainOptions,
} from "./pass-config";
export { PassContext, type PassContextOptions } from "./pass-context";
export { Pipeline, type Phase } from "./pipeline";
export { withPasses, type LoweringTarget, type PlacedPass } from "./placed-pass";
export { PassRecord, PassRecorder } from "./recorder";
export { runPass } from "./run";
export { LowerTrace, type LowerFailure } from "./lower-trace";
export { PassVerifier } from "./verifier";
