/**
 * The accelerator in the simplest form: instructions in program order, one
value at a time. Only tests use it; it shares no code with the simulator.
 */

import type {
  AluInstruction,
  Environment,
  GemmInstruction,
  Instruction,
  MemInstruction,
} from "vta-ts";

/** The low `bits` bits of a number, as a signed one. */
const wrap = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);

/** Value `index` of packed values of `bits` bits. */
function readPacked(bytes: Uint8Array, start: number, index: number, bits: number): number {
  let value = 0;
  for (let b = 0; b < bits; b++) {
    const bit = index * bits + b;
    value |= ((bytes[start + (bit >> 3)]! >> (bit & 7)) & 1) << b;
  }
  return wrap(value, bits);
}

function writePacked(bytes: Uint8Array, start: number, index: number, bits: number, value: number) {
  for (let b = 0; b < bits; b++) {
    const bit = index * bits + b;
    const at = start + (bit >> 3);
    bytes[at] = (bytes[at]! & ~(1 << (bit & 7))) | (((value >> b) & 1) << (bit & 7));
  }
}

export class PlainVta {
  readonly uop: number[][];
  readonly inp: number[][];
  readonly wgt: number[][];
  readonly acc: number[][];

  /** @param dram all of DRAM, byte by byte; STOREs change it */
  constructor(
    private readonly env: Environment,
    private readonly dram: Uint8Array,
  ) {
    const zeros = (logDepth: number, values: number): number[][] =>
      Array.from({ length: 2 ** logDepth }, () => new Array<number>(values).fill(0));
    const { shape, BATCH, BLOCK_IN, BLOCK_OUT } = env;
    this.uop = zeros(shape.logUopDepth, 1);
    this.inp = zeros(shape.logInpDepth, BATCH * BLOCK_IN);
    this.wgt = zeros(shape.logWgtDepth, BLOCK_OUT * BLOCK_IN);
    this.acc = zeros(shape.logAccDepth, BATCH * BLOCK_OUT);
  }

  execute(instruction: Instruction): void {
    if (instruction.kind === "LOAD") this.load(instruction);
    else if (instruction.kind === "STORE") this.store(instruction);
    else if (instruction.kind === "GEMM") this.gemm(instruction);
    else if (instruction.kind === "ALU") this.alu(instruction);
  }

  private load(op: MemInstruction): void {
    if (op.xSize === 0) return;
    const { env } = this;
    const [memory, bits] = (
      [
        [this.uop, 32],
        [this.wgt, env.WGT_WIDTH],
        [this.inp, env.INP_WIDTH],
        [this.acc, env.ACC_WIDTH],
        undefined,
        [this.acc, 8],
      ] as const
    )[op.memoryType]!;
    const values = memory[0]!.length;
    const bytes = (values * bits) / 8;
    let sram = op.sramBase;
    for (let y = -op.yPad0; y < op.ySize + op.yPad1; y++) {
      for (let x = -op.xPad0; x < op.xSize + op.xPad1; x++) {
        const inside = y >= 0 && y < op.ySize && x >= 0 && x < op.xSize;
        const start = (op.dramBase + y * op.xStride + x) * bytes;
        for (let i = 0; i < values; i++) {
          memory[sram]![i] = inside ? readPacked(this.dram, start, i, bits) : 0;
        }
        sram++;
      }
    }
  }

  private store(op: MemInstruction): void {
    const { OUT_WIDTH, OUT_ELEM_BYTES } = this.env;
    for (let y = 0; y < op.ySize; y++) {
      for (let x = 0; x < op.xSize; x++) {
        const start = (op.dramBase + y * op.xStride + x) * OUT_ELEM_BYTES;
        this.acc[op.sramBase + y * op.xSize + x]!.forEach((value, i) => {
          writePacked(this.dram, start, i, OUT_WIDTH, value);
        });
      }
    }
  }

  private *microOps(op: GemmInstruction | AluInstruction) {
    const { logAccDepth: A, logInpDepth: I } = this.env.shape;
    const S = Math.max(A, I);
    for (let y = 0; y < op.iterOut; y++) {
      for (let x = 0; x < op.iterIn; x++) {
        for (let u = op.uopBgn; u < op.uopEnd; u++) {
          const word = this.uop[u]![0]! >>> 0;
          const wgtOut = op.kind === "GEMM" ? op.wgtFactorOut : 0;
          const wgtIn = op.kind === "GEMM" ? op.wgtFactorIn : 0;
          yield {
            dst: (word % 2 ** A) + y * op.dstFactorOut + x * op.dstFactorIn,
            src: (Math.floor(word / 2 ** A) % 2 ** S) + y * op.srcFactorOut + x * op.srcFactorIn,
            wgt: Math.floor(word / 2 ** (A + S)) + y * wgtOut + x * wgtIn,
          };
        }
      }
    }
  }

  private gemm(op: GemmInstruction): void {
    const { BATCH, BLOCK_IN, BLOCK_OUT, ACC_WIDTH } = this.env;
    for (const { dst, src, wgt } of this.microOps(op)) {
      for (let b = 0; b < BATCH; b++) {
        for (let j = 0; j < BLOCK_OUT; j++) {
          const at = b * BLOCK_OUT + j;
          let sum = op.resetReg === 1 ? 0 : this.acc[dst]![at]!;
          for (let k = 0; k < BLOCK_IN && op.resetReg === 0; k++) {
            const product = Math.imul(
              this.inp[src]![b * BLOCK_IN + k]!,
              this.wgt[wgt]![j * BLOCK_IN + k]!,
            );
            sum = (sum + product) | 0;
          }
          this.acc[dst]![at] = wrap(sum, ACC_WIDTH);
        }
      }
    }
  }

  private alu(op: AluInstruction): void {
    for (const { dst, src } of this.microOps(op)) {
      const operands = this.acc[src]!.slice();
      this.acc[dst] = this.acc[dst]!.map((value, i) => {
        const operand = op.useImm === 1 ? op.imm : operands[i]!;
        return wrap(this.apply(op.aluOpcode, value, operand), this.env.ACC_WIDTH);
      });
    }
  }

  private apply(opcode: number, x: number, y: number): number {
    switch (opcode) {
      case 0:
        return Math.min(x, y);
      case 1:
        return Math.max(x, y);
      case 2:
        return (x + y) | 0;
      case 3:
        // Like a shift bit by bit: a long shift leaves only the sign, or 0.
        for (; y > 0 && x !== 0 && x !== -1; y--) x >>= 1;
        for (; y < 0 && x !== 0; y++) x = (x * 2) | 0;
        return x;
      default:
        return Math.imul(x, y);
    }
  }
}
