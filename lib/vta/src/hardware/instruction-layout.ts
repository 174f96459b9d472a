/**
 * The instruction layouts of a configuration, as tables of field widths.
 *
 * An instruction has 128 bits in two 64-bit halves; fields follow each other from the lowest bit of
 * a half and never cross into the other. A micro-op has 32 bits.
 */

import type { Hardware } from "./hardware";
import { makeField, type Field } from "./field";

export const OPCODE = { LOAD: 0, STORE: 1, GEMM: 2, FINISH: 3, ALU: 4 } as const;

/** The fields about tokens as bits of an instruction's first word, where all instructions have them. */
export const TOKEN = { POP_PREV: 1 << 3, POP_NEXT: 1 << 4, PUSH_PREV: 1 << 5, PUSH_NEXT: 1 << 6 };

/** Fields that every instruction starts with: tokens to pop, tokens to push. */
export type CommonField = "opcode" | "popPrev" | "popNext" | "pushPrev" | "pushNext";

export type MemField =
  | CommonField
  | "memoryType"
  | "sramBase"
  | "dramBase"
  | "ySize"
  | "xSize"
  | "xStride"
  | "yPad0"
  | "yPad1"
  | "xPad0"
  | "xPad1";

/** Fields that GEMM and ALU have in common. */
export type LoopField =
  | CommonField
  | "resetReg"
  | "uopBgn"
  | "uopEnd"
  | "iterOut"
  | "iterIn"
  | "dstFactorOut"
  | "dstFactorIn"
  | "srcFactorOut"
  | "srcFactorIn";

export type GemmField = LoopField | "wgtFactorOut" | "wgtFactorIn";
export type AluField = LoopField | "aluOpcode" | "useImm" | "imm";
export type UopField = "dst" | "src" | "wgt";

export type FieldLayout<Name extends string> = { readonly [K in Name]: Field };

/** A field's name and width; a third entry marks a signed one. */
type Row = readonly [name: string, bits: number, signed?: "signed"];

const COMMON: readonly Row[] = [
  ["opcode", 3],
  ["popPrev", 1],
  ["popNext", 1],
  ["pushPrev", 1],
  ["pushNext", 1],
];

const MEM: readonly (readonly Row[])[] = [
  [...COMMON, ["memoryType", 3], ["sramBase", 16], ["dramBase", 32]],
  [
    ["ySize", 16],
    ["xSize", 16],
    ["xStride", 16],
    ["yPad0", 4],
    ["yPad1", 4],
    ["xPad0", 4],
    ["xPad1", 4],
  ],
];

const LOOP_BITS = 14;

function layout<Name extends string>(
  owner: string,
  halves: readonly (readonly Row[])[],
): FieldLayout<Name> {
  const fields: Record<string, Field> = {};
  halves.forEach((rows, half) => {
    let bit = half * 64;
    for (const [name, bits, signed] of rows) {
      fields[name] = makeField(owner, name, bit, bits, signed === "signed");
      bit += bits;
    }
  });
  return fields as FieldLayout<Name>;
}

/** The layouts of all instructions and of the micro-op, for one configuration. */
export class InstructionSet {
  readonly load: FieldLayout<MemField> = layout("LOAD", MEM);
  readonly store: FieldLayout<MemField> = layout("STORE", MEM);
  readonly gemm: FieldLayout<GemmField>;
  readonly alu: FieldLayout<AluField>;
  readonly finish: FieldLayout<CommonField> = layout("FINISH", [COMMON]);
  /** The four fields about tokens as one, `popPrev` lowest. */
  readonly tokens: Field = makeField("instruction", "tokens", 3, 4, false);
  /** A micro-op's indices; an ALU micro-op does not use `wgt`. */
  readonly uop: FieldLayout<UopField>;

  constructor(env: Hardware) {
    const { logUopDepth: U, logAccDepth: A, logInpDepth: I, logWgtDepth: W } = env.shape;
    const loops: readonly Row[] = [
      ...COMMON,
      ["resetReg", 1],
      ["uopBgn", U],
      ["uopEnd", U + 1],
      ["iterOut", LOOP_BITS],
      ["iterIn", LOOP_BITS],
    ];
    this.gemm = layout("GEMM", [
      loops,
      [
        ["dstFactorOut", A],
        ["dstFactorIn", A],
        ["srcFactorOut", I],
        ["srcFactorIn", I],
        ["wgtFactorOut", W],
        ["wgtFactorIn", W],
      ],
    ]);
    this.alu = layout("ALU", [
      loops,
      [
        ["dstFactorOut", A],
        ["dstFactorIn", A],
        ["srcFactorOut", A],
        ["srcFactorIn", A],
        ["aluOpcode", 3],
        ["useImm", 1],
        ["imm", 16, "signed"],
      ],
    ]);
    this.uop = layout("micro-op", [
      [
        ["dst", A],
        ["src", Math.max(A, I)],
        ["wgt", W],
      ],
    ]);
  }
}
