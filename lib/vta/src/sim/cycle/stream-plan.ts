/**
 * The cycle simulator's form of a stream of instructions: the module of each, its tokens, and the
 * cycles of the datapath if they depend only on the instruction.
 */

import { INSN_WORDS, InstructionSet, MEM_ID, OPCODE, type Hardware } from "../../hardware";

export const LOAD_MODULE = 0;
export const COMPUTE_MODULE = 1;
export const STORE_MODULE = 2;

/** Kinds of work. */
export const WORK = {
  /** Only exchanges tokens: a LOAD or STORE of no elements. */
  SYNC: 0,
  LOAD: 1,
  STORE: 2,
  GEMM: 3,
  ALU: 4,
  FINISH: 5,
  /** An opcode, memory or ALU operation that the hardware cannot decode. */
  UNKNOWN: 6,
} as const;

/** Clients of the memory interface by priority. */
export const CLIENT = { FETCH: 0, UOP: 1, INP: 2, WGT: 3, ACC: 4 } as const;

export interface StreamPlan {
  readonly count: number;
  readonly words: Uint32Array;
  /** Index in `words` of the first instruction. */
  readonly at: number;
  readonly module: Uint8Array;
  readonly work: Uint8Array;
  /** Four bits: pop prev, pop next, push prev, push next. */
  readonly tokens: Uint8Array;
  /** The memory client of a LOAD. */
  readonly client: Uint8Array;
  /** Micro-ops of a GEMM or ALU, doubled if each takes two cycles. */
  readonly steps: Float64Array;
}

/** The number of values of a hardware loop counter; a loop of extent 0 runs as often. */
const LOOP_VALUES = 1 << 14;
/** The hardware has MIN, MAX, ADD and SHR. */
const HARDWARE_ALU_OPCODES = 4;

/** The iterations of a loop counter that stops at `extent`. */
function iterations(extent: number): number {
  return extent === 0 ? LOOP_VALUES : extent;
}

const CLIENT_OF = new Map<number, number>([
  [MEM_ID.UOP, CLIENT.UOP],
  [MEM_ID.WGT, CLIENT.WGT],
  [MEM_ID.INP, CLIENT.INP],
  [MEM_ID.ACC, CLIENT.ACC],
  [MEM_ID.ACC_8BIT, CLIENT.ACC],
]);

/**
 * @param words memory with the instructions, four words each
 * @param at index of the first instruction's first word
 */
export function planStream(
  hardware: Hardware,
  words: Uint32Array,
  at = 0,
  count: number = (words.length - at) / INSN_WORDS,
): StreamPlan {
  const { gemm, alu } = new InstructionSet(hardware);
  const module = new Uint8Array(count);
  const work = new Uint8Array(count);
  const tokens = new Uint8Array(count);
  const client = new Uint8Array(count);
  const steps = new Float64Array(count);
  for (let i = 0, w = at; i < count; i++, w += INSN_WORDS) {
    const first = words[w]!;
    tokens[i] = (first >>> 3) & 15;
    module[i] = COMPUTE_MODULE;
    switch (first & 7) {
      case OPCODE.LOAD: {
        const memory = CLIENT_OF.get((first >>> 7) & 7);
        if (memory === undefined) {
          work[i] = WORK.UNKNOWN;
          break;
        }
        client[i] = memory;
        if (memory === CLIENT.INP || memory === CLIENT.WGT) module[i] = LOAD_MODULE;
        work[i] = words[w + 2]! >>> 16 === 0 ? WORK.SYNC : WORK.LOAD;
        break;
      }
      case OPCODE.STORE:
        module[i] = STORE_MODULE;
        work[i] = words[w + 2]! >>> 16 === 0 ? WORK.SYNC : WORK.STORE;
        break;
      case OPCODE.GEMM:
        work[i] = WORK.GEMM;
        steps[i] = uopsExecuted(
          gemm.uopBgn.get(words, w),
          gemm.uopEnd.get(words, w),
          gemm.iterOut.get(words, w),
          gemm.iterIn.get(words, w),
        );
        break;
      case OPCODE.ALU: {
        if (alu.aluOpcode.get(words, w) >= HARDWARE_ALU_OPCODES) {
          work[i] = WORK.UNKNOWN;
          break;
        }
        work[i] = WORK.ALU;
        const uops = uopsExecuted(
          alu.uopBgn.get(words, w),
          alu.uopEnd.get(words, w),
          alu.iterOut.get(words, w),
          alu.iterIn.get(words, w),
        );
        steps[i] = alu.useImm.get(words, w) === 1 ? uops : 2 * uops;
        break;
      }
      case OPCODE.FINISH:
        work[i] = WORK.FINISH;
        break;
      default:
        work[i] = WORK.UNKNOWN;
    }
  }
  return { count, words, at, module, work, tokens, client, steps };
}

/** The hardware compares the counter with the end for equality, so no loop is empty. */
function uopsExecuted(begin: number, end: number, outer: number, inner: number): number {
  const uops = ((end - begin - 1) & (LOOP_VALUES - 1)) + 1;
  return uops * iterations(outer) * iterations(inner);
}

/**
 * Whether a LOAD widens 8-bit elements to accumulators. The hardware does not have it; it is timed
 * as a load of accumulators with the same number of bytes.
 */
export function isByteLoad({ words, at, work, client }: StreamPlan, index: number): boolean {
  if (work[index] !== WORK.LOAD || client[index] !== CLIENT.ACC) return false;
  return ((words[at + index * INSN_WORDS]! >>> 7) & 7) === MEM_ID.ACC_8BIT;
}

const CLIENT_NAME = ["", "UOP", "INP", "WGT", "ACC"];
const WORK_NAME = ["NOP", "LOAD", "STORE OUT", "GEMM", "ALU", "FINISH", "unknown"];

/** The name of an instruction's work: `LOAD INP`, `GEMM`. */
export function workName({ work, client }: StreamPlan, index: number): string {
  const name = WORK_NAME[work[index]!]!;
  return work[index] === WORK.LOAD ? `${name} ${CLIENT_NAME[client[index]!]}` : name;
}
