export { boards, samples, type Board } from "./boards";
export { ALU_OPCODE, DEBUG, INSN_BYTES, MEM_ID, PAGE_BYTES, UOP_BYTES } from "./constants";
export { getEnv, setDefaultConfig, setEnv, withEnvironment } from "./current";
export { Environment } from "./environment";
export {
  bitstreamCachePath,
  bitstreamName,
  bitstreamUrl,
  macros,
  memoryLayouts,
  modelName,
  registers,
  type MemoryLayout,
} from "./package";
export { deriveKeys, parseConfig, TARGETS, type TargetName, type VtaConfig } from "./schema";
export { checkFeasible, shapeOf, type Shape } from "./shape";
