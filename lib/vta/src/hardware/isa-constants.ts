/**
 * Numbers that hardware, runtime and compiler share. They do not depend on the configuration.
 */

/** The on-chip memories, as LOAD and STORE name them. `ACC_8BIT` is the accumulator fed with bytes. */
export const MEM_ID = { UOP: 0, WGT: 1, INP: 2, ACC: 3, OUT: 4, ACC_8BIT: 5 } as const;

/** What the ALU does with two operands. A subtraction is an addition of the negative. */
export const ALU_OPCODE = { MIN: 0, MAX: 1, ADD: 2, SHR: 3, MUL: 4 } as const;

/** Bits of the argument of `VTASetDebugMode`. */
export const DEBUG = {
  DUMP_INSN: 1 << 1,
  DUMP_UOP: 1 << 2,
  SKIP_READ_BARRIER: 1 << 3,
  SKIP_WRITE_BARRIER: 1 << 4,
  FORCE_SERIAL: 1 << 5,
} as const;

/** Bytes of an instruction and of a micro-op in DRAM. */
export const INSN_BYTES = 16;
export const UOP_BYTES = 4;

/** DRAM is allocated in pages; an element of any memory fits in a page. */
export const DRAM_PAGE_BYTES = 4096;
