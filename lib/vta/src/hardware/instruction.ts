/**
 * Instructions as records of numbers, and how they become bits and back.
 */

import { DeviceError } from "tvm-ts";
import {
  OPCODE,
  type AluField,
  type CommonField,
  type GemmField,
  type InstructionSet,
  type FieldLayout,
  type MemField,
  type UopField,
} from "./instruction-layout";

type Values<Name extends string> = { readonly [K in Exclude<Name, "opcode">]: number };

/** A two-dimensional copy between DRAM and an on-chip memory; `xSize` 0 only carries tokens. */
export type MemInstruction = { readonly kind: "LOAD" | "STORE" } & Values<MemField>;
export type GemmInstruction = { readonly kind: "GEMM" } & Values<GemmField>;
export type AluInstruction = { readonly kind: "ALU" } & Values<AluField>;
export type FinishInstruction = { readonly kind: "FINISH" } & Values<CommonField>;
export type Instruction = MemInstruction | GemmInstruction | AluInstruction | FinishInstruction;
export type MicroOp = Values<UopField>;

/** 32-bit words of an instruction. */
export const INSN_WORDS = 4;

const NAMES = Object.entries(OPCODE) as readonly (readonly [Instruction["kind"], number])[];

function layoutOf(isa: InstructionSet, kind: Instruction["kind"]): FieldLayout<string> {
  switch (kind) {
    case "LOAD":
      return isa.load;
    case "STORE":
      return isa.store;
    case "GEMM":
      return isa.gemm;
    case "ALU":
      return isa.alu;
    case "FINISH":
      return isa.finish;
  }
}

/**
 * Writes an instruction's four words; bits that no field has become 0.
 * @throws UsageError for a value that its field cannot hold.
 */
export function encode(
  isa: InstructionSet,
  instruction: Instruction,
  words: Uint32Array = new Uint32Array(INSN_WORDS),
  at = 0,
): Uint32Array {
  words.fill(0, at, at + INSN_WORDS);
  const values = { ...instruction, opcode: OPCODE[instruction.kind] } as Record<string, unknown>;
  for (const field of Object.values(layoutOf(isa, instruction.kind))) {
    field.set(words, at, values[field.name] as number);
  }
  return words;
}

/**
 * Reads the instruction whose first word is `words[at]`.
 * @throws DeviceError for an opcode that does not exist.
 */
export function decode(isa: InstructionSet, words: Uint32Array, at = 0): Instruction {
  const opcode = isa.finish.opcode.get(words, at);
  const kind = NAMES.find(([, number]) => number === opcode)?.[0];
  if (kind === undefined)
    throw new DeviceError("vta-instruction", `there is no instruction with opcode ${opcode}`);
  const values: Record<string, unknown> = { kind };
  for (const field of Object.values(layoutOf(isa, kind))) {
    if (field.name !== "opcode") values[field.name] = field.get(words, at);
  }
  return values as unknown as Instruction;
}

/** The 128 bits of an instruction as one number, for display. */
export function wordOf(words: Uint32Array, at = 0): bigint {
  let word = 0n;
  for (let i = INSN_WORDS - 1; i >= 0; i--) word = (word << 32n) | BigInt(words[at + i]!);
  return word;
}

/** @throws UsageError for an index that its field cannot hold. */
export function encodeUop(isa: InstructionSet, uop: MicroOp): number {
  const words = new Uint32Array(1);
  isa.uop.dst.set(words, 0, uop.dst);
  isa.uop.src.set(words, 0, uop.src);
  isa.uop.wgt.set(words, 0, uop.wgt);
  return words[0]!;
}

export function decodeUop(isa: InstructionSet, word: number): MicroOp {
  const words = Uint32Array.of(word);
  return {
    dst: isa.uop.dst.get(words, 0),
    src: isa.uop.src.get(words, 0),
    wgt: isa.uop.wgt.get(words, 0),
  };
}
