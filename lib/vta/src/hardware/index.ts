export { boards, samples, type Board } from "./boards";
export { ALU_OPCODE, DEBUG, INSN_BYTES, MEM_ID, DRAM_PAGE_BYTES, UOP_BYTES } from "./isa-constants";
export { disassemble, titleOf } from "./disassemble";
export { type Field } from "./field";
export { Hardware } from "./hardware";
export {
  decode,
  decodeUop,
  encode,
  encodeUop,
  INSN_WORDS,
  wordOf,
  type AluInstruction,
  type FinishInstruction,
  type GemmInstruction,
  type Instruction,
  type MemInstruction,
  type MicroOp,
} from "./instruction";
export {
  InstructionSet,
  OPCODE,
  TOKEN,
  type AluField,
  type CommonField,
  type GemmField,
  type FieldLayout,
  type LoopField,
  type MemField,
  type UopField,
} from "./instruction-layout";
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
export { checkFeasible, hardwareShape, type HardwareShape } from "./shape";
