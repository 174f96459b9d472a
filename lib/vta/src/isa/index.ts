export { disassemble, titleOf } from "./disassemble";
export { type Field } from "./field";
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
  type Layout,
  type LoopField,
  type MemField,
  type UopField,
} from "./layout";
