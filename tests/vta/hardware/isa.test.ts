import { describe, expect, test } from "vitest";
import {
  decode,
  decodeUop,
  disassemble,
  encode,
  encodeUop,
  Environment,
  InstructionSet,
  samples,
  wordOf,
  type Instruction,
} from "vta-ts";
import { COMPUTE_NOP, NO_TOKENS } from "../../support/vta-program";

const isa = new InstructionSet(new Environment(samples.sim));

const LOAD = COMPUTE_NOP;

const LOOPS = {
  resetReg: 0,
  uopBgn: 0,
  uopEnd: 0,
  iterOut: 0,
  iterIn: 0,
  dstFactorOut: 0,
  dstFactorIn: 0,
  srcFactorOut: 0,
  srcFactorIn: 0,
};

const GEMM: Instruction = {
  kind: "GEMM",
  ...NO_TOKENS,
  ...LOOPS,
  wgtFactorOut: 0,
  wgtFactorIn: 0,
};

const ALU: Instruction = { kind: "ALU", ...NO_TOKENS, ...LOOPS, aluOpcode: 0, useImm: 0, imm: 0 };

/** The bits of a field: those that encoding all ones changes. */
function bitsOf(instruction: Instruction, name: string, ones: number): string {
  const empty = wordOf(encode(isa, instruction));
  const full = wordOf(encode(isa, { ...instruction, [name]: ones } as Instruction));
  const bits = (empty ^ full).toString(2);
  const low = bits.length - 1 - bits.lastIndexOf("1");
  expect(bits.slice(0, bits.length - low)).toMatch(/^1+$/);
  return `${bits.length - 1}:${low}`;
}

describe("the default configuration's layouts", () => {
  test.each([
    ["popPrev", 1, "3:3"],
    ["popNext", 1, "4:4"],
    ["pushPrev", 1, "5:5"],
    ["pushNext", 1, "6:6"],
    ["memoryType", 7, "9:7"],
    ["sramBase", 65535, "25:10"],
    ["dramBase", 2 ** 32 - 1, "57:26"],
    ["ySize", 65535, "79:64"],
    ["xSize", 65535, "95:80"],
    ["xStride", 65535, "111:96"],
    ["yPad0", 15, "115:112"],
    ["yPad1", 15, "119:116"],
    ["xPad0", 15, "123:120"],
    ["xPad1", 15, "127:124"],
  ])("have %s of LOAD and STORE where the hardware expects it", (name, ones, bits) => {
    expect(bitsOf(LOAD, name, ones)).toBe(bits);
    expect(bitsOf({ ...LOAD, kind: "STORE" }, name, ones)).toBe(bits);
  });

  test.each([
    ["resetReg", 1, "7:7"],
    ["uopBgn", 8191, "20:8"],
    ["uopEnd", 16383, "34:21"],
    ["iterOut", 16383, "48:35"],
    ["iterIn", 16383, "62:49"],
    ["dstFactorOut", 2047, "74:64"],
    ["dstFactorIn", 2047, "85:75"],
    ["srcFactorOut", 2047, "96:86"],
    ["srcFactorIn", 2047, "107:97"],
    ["wgtFactorOut", 1023, "117:108"],
    ["wgtFactorIn", 1023, "127:118"],
  ])("have %s of GEMM where the hardware expects it", (name, ones, bits) => {
    expect(bitsOf(GEMM, name, ones)).toBe(bits);
  });

  test.each([
    ["srcFactorOut", 2047, "96:86"],
    ["srcFactorIn", 2047, "107:97"],
    ["aluOpcode", 7, "110:108"],
    ["useImm", 1, "111:111"],
    ["imm", -1, "127:112"],
  ])("have %s of ALU where the hardware expects it", (name, ones, bits) => {
    expect(bitsOf(ALU, name, ones)).toBe(bits);
  });

  test("give each kind its opcode", () => {
    const opcode = (instruction: Instruction): number => encode(isa, instruction)[0]! & 7;
    expect(opcode(LOAD)).toBe(0);
    expect(opcode({ ...LOAD, kind: "STORE" })).toBe(1);
    expect(opcode(GEMM)).toBe(2);
    expect(opcode({ kind: "FINISH", ...NO_TOKENS })).toBe(3);
    expect(opcode(ALU)).toBe(4);
  });

  test("pack a micro-op's indices into 11, 11 and 10 bits", () => {
    expect(encodeUop(isa, { dst: 2047, src: 0, wgt: 0 })).toBe(0x7ff);
    expect(encodeUop(isa, { dst: 0, src: 2047, wgt: 0 })).toBe(0x7ff << 11);
    expect(encodeUop(isa, { dst: 0, src: 0, wgt: 1023 })).toBe((0x3ff << 22) >>> 0);
    expect(decodeUop(isa, 0xffffffff)).toEqual({ dst: 2047, src: 2047, wgt: 1023 });
  });
});

describe("encoding", () => {
  test("names the instruction, the field and the value that does not fit", () => {
    expect(() => encode(isa, { ...LOAD, xSize: 70000 })).toThrow(
      "LOAD: xSize is 70000, but the field has 16 bits and holds 0 to 65535",
    );
    expect(() => encode(isa, { ...ALU, imm: 32768 })).toThrow(
      "ALU: imm is 32768, but the field has 16 bits and holds -32768 to 32767",
    );
    expect(() => encode(isa, { ...GEMM, iterIn: -1 })).toThrow("GEMM: iterIn is -1");
    expect(() => encode(isa, { ...GEMM, iterIn: 1.5 })).toThrow("GEMM: iterIn is 1.5");
    expect(() => encodeUop(isa, { dst: 2048, src: 0, wgt: 0 })).toThrow("micro-op: dst is 2048");
  });

  test("refuses to decode an opcode that does not exist", () => {
    expect(() => decode(isa, Uint32Array.of(5, 0, 0, 0))).toThrow("no instruction with opcode 5");
  });
});

describe("a disassembled instruction", () => {
  test.each<[Instruction, string]>([
    [
      { ...LOAD, memoryType: 2, sramBase: 144, dramBase: 0x1000, ySize: 7, xSize: 14, xStride: 14 },
      "LOAD INP  sram 0x90  dram 0x1000  size 7 x 14  stride 14",
    ],
    [
      { ...LOAD, memoryType: 2, xSize: 1, yPad0: 1, xPad1: 2, popNext: 1, pushNext: 1 },
      "LOAD INP  sram 0x0  dram 0x0  size 0 x 1  stride 0  pad y 1 0 x 0 2  pop next  push next",
    ],
    [{ ...LOAD, popPrev: 1 }, "NOP LOAD  pop prev"],
    [
      {
        ...GEMM,
        resetReg: 1,
        uopEnd: 14,
        iterOut: 8,
        iterIn: 7,
        dstFactorOut: 98,
        dstFactorIn: 14,
      },
      "GEMM  reset  uops 0..14  loop 8 x 7  dst +98 +14  src +0 +0  wgt +0 +0",
    ],
    [
      {
        ...ALU,
        aluOpcode: 3,
        useImm: 1,
        imm: 8,
        uopEnd: 1,
        iterOut: 1,
        iterIn: 784,
        dstFactorIn: 1,
      },
      "ALU SHR  imm 8  uops 0..1  loop 1 x 784  dst +0 +1  src +0 +0",
    ],
    [{ kind: "FINISH", ...NO_TOKENS }, "FINISH"],
  ])("reads %#", (instruction, text) => {
    expect(disassemble(instruction)).toBe(text);
  });
});
