/**
 * Random accelerators, instructions and legal programs, for properties.
 */

import fc from "fast-check";
import {
  checkFeasible,
  Environment,
  MEM_ID,
  samples,
  type Instruction,
  type VtaConfig,
} from "vta-ts";
import { NO_TOKENS } from "./vta-program";

function feasible(config: VtaConfig): boolean {
  try {
    checkFeasible(config);
    return true;
  } catch {
    return false;
  }
}

const log = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** Feasible configurations of any shape, with on-chip memories of at most `2 ** maxLogDepth`. */
export function arbitraryEnvironment(maxLogDepth: number): fc.Arbitrary<Environment> {
  return fc
    .record({
      inp: log(0, 5),
      wgt: log(0, 5),
      acc: log(3, 5),
      batch: log(0, 3),
      block: log(0, 6),
      uopDepth: log(1, Math.min(13, maxLogDepth)),
      inpDepth: log(1, maxLogDepth),
      wgtDepth: log(1, maxLogDepth),
      accDepth: log(1, Math.min(11, maxLogDepth)),
    })
    .map(({ inp, wgt, acc, batch, block, uopDepth, inpDepth, wgtDepth, accDepth }) => ({
      ...samples.sim,
      LOG_INP_WIDTH: inp,
      LOG_WGT_WIDTH: wgt,
      LOG_ACC_WIDTH: acc,
      LOG_BATCH: batch,
      LOG_BLOCK: block,
      LOG_UOP_BUFF_SIZE: uopDepth + 2,
      LOG_INP_BUFF_SIZE: inpDepth + inp + batch + block - 3,
      LOG_WGT_BUFF_SIZE: wgtDepth + wgt + 2 * block - 3,
      LOG_ACC_BUFF_SIZE: accDepth + acc + batch + block - 3,
    }))
    .filter((config) => config.LOG_INP_BUFF_SIZE >= 0 && config.LOG_WGT_BUFF_SIZE >= 0)
    .filter(feasible)
    .map((config) => new Environment(config));
}

/** The addresses of a random program's arrays, which are multiples of 4096. */
export interface ProgramMemory {
  readonly data: number;
  readonly dataBytes: number;
  readonly uops: number;
  readonly uopCount: number;
}

/** Any word as a micro-op whose indices stay in the first half of each memory: loops have the rest. */
export function tameUop(env: Environment, word: number): number {
  const { logAccDepth: A, logInpDepth: I, logWgtDepth: W } = env.shape;
  const half = (shift: number, bits: number): number => (word >>> shift) & (2 ** (bits - 1) - 1);
  const dst = half(0, A);
  const src = half(10, Math.min(A, I));
  return (dst | (src << A) | (half(20, W) << (A + Math.max(A, I)))) >>> 0;
}

/** A loop factor and extent that add at most `room` to an index. */
function arbitraryLoops(rooms: readonly number[]): fc.Arbitrary<{
  extents: [number, number];
  factors: (readonly [number, number])[];
}> {
  return fc
    .record({
      extents: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })),
      seeds: fc.array(fc.nat(), { minLength: 2 * rooms.length, maxLength: 2 * rooms.length }),
    })
    .map(({ extents, seeds }) => ({
      extents,
      factors: rooms.map((room, i) => {
        const part = room / 2;
        const factor = (extent: number, seed: number): number =>
          extent <= 1 ? seed % (room + 1) : seed % (Math.floor(part / (extent - 1)) + 1);
        return [factor(extents[0], seeds[2 * i]!), factor(extents[1], seeds[2 * i + 1]!)] as const;
      }),
    }));
}

function arbitraryLoad(env: Environment, memory: ProgramMemory): fc.Arbitrary<Instruction> {
  const { shape } = env;
  const targets: [number, depth: number, bytes: number][] = [
    [MEM_ID.UOP, 2 ** shape.logUopDepth, 4],
    [MEM_ID.WGT, 2 ** shape.logWgtDepth, env.WGT_ELEM_BYTES],
    [MEM_ID.INP, 2 ** shape.logInpDepth, env.INP_ELEM_BYTES],
    [MEM_ID.ACC, 2 ** shape.logAccDepth, env.ACC_ELEM_BYTES],
  ];
  if (env.ACC_WIDTH === 32) {
    targets.push([MEM_ID.ACC_8BIT, 2 ** shape.logAccDepth, env.ACC_ELEM_BYTES / 4]);
  }
  return fc
    .constantFrom(...targets)
    .chain(([memoryType, depth, bytes]) =>
      fc
        .record({
          ySize: fc.nat({ max: 4 }),
          xSize: fc.nat({ max: 6 }),
          pads: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 4, maxLength: 4 }),
          gap: fc.nat({ max: 3 }),
          place: fc.nat(),
          offset: fc.nat(),
        })
        .map(({ ySize, xSize, pads, gap, place, offset }) => {
          const [yPad0, yPad1, xPad0, xPad1] = pads as [number, number, number, number];
          const total = (yPad0 + ySize + yPad1) * (xPad0 + xSize + xPad1);
          const isUop = memoryType === MEM_ID.UOP;
          const room = isUop ? memory.uopCount : Math.floor(memory.dataBytes / bytes);
          const xStride = xSize + gap;
          const span = Math.max(0, (ySize - 1) * xStride + xSize);
          if (total > depth || span > room) return undefined;
          const start = (isUop ? memory.uops : memory.data) / bytes;
          return {
            kind: "LOAD" as const,
            ...NO_TOKENS,
            memoryType,
            sramBase: place % (depth - total + 1),
            dramBase: Math.ceil(start) + (offset % (room - span + 1)),
            ySize,
            xSize,
            xStride,
            yPad0,
            yPad1,
            xPad0,
            xPad1,
          };
        }),
    )
    .filter((load) => load !== undefined);
}

function arbitraryStore(env: Environment, memory: ProgramMemory): fc.Arbitrary<Instruction> {
  const depth = 2 ** env.shape.logAccDepth;
  const room = Math.floor(memory.dataBytes / env.OUT_ELEM_BYTES);
  return fc
    .record({
      ySize: fc.nat({ max: 3 }),
      xSize: fc.nat({ max: 5 }),
      gap: fc.nat({ max: 3 }),
      place: fc.nat(),
      offset: fc.nat(),
    })
    .map(({ ySize, xSize, gap, place, offset }) => {
      const xStride = xSize + gap;
      const span = Math.max(0, (ySize - 1) * xStride + xSize);
      if (ySize * xSize > depth || span > room) return undefined;
      return {
        kind: "STORE" as const,
        ...NO_TOKENS,
        memoryType: MEM_ID.OUT,
        sramBase: place % (depth - ySize * xSize + 1),
        dramBase: memory.data / env.OUT_ELEM_BYTES + (offset % (room - span + 1)),
        ySize,
        xSize,
        xStride,
        yPad0: 0,
        yPad1: 0,
        xPad0: 0,
        xPad1: 0,
      };
    })
    .filter((store) => store !== undefined);
}

function arbitraryCompute(env: Environment): fc.Arbitrary<Instruction> {
  const { shape } = env;
  const half = (logDepth: number): number => 2 ** (logDepth - 1);
  const uops = 2 ** shape.logUopDepth;
  /** The fields that GEMM and ALU share; each factor adds at most half of its memory. */
  const loops = (logDepths: readonly number[]) =>
    fc
      .record({
        uopBgn: fc.nat({ max: uops - 1 }),
        length: fc.nat({ max: 12 }),
        loops: arbitraryLoops(logDepths.map(half)),
      })
      .map(({ uopBgn, length, loops: { extents, factors } }) => ({
        factors,
        fields: {
          uopBgn,
          uopEnd: Math.min(uops, uopBgn + length),
          iterOut: extents[0],
          iterIn: extents[1],
          dstFactorOut: factors[0]![0],
          dstFactorIn: factors[0]![1],
          srcFactorOut: factors[1]![0],
          srcFactorIn: factors[1]![1],
        },
      }));
  const gemm = fc
    .record({
      resetReg: fc.constantFrom(0, 0, 0, 1),
      loops: loops([shape.logAccDepth, shape.logInpDepth, shape.logWgtDepth]),
    })
    .map(({ resetReg, loops: { fields, factors } }) => ({
      kind: "GEMM" as const,
      ...NO_TOKENS,
      resetReg,
      ...fields,
      wgtFactorOut: factors[2]![0],
      wgtFactorIn: factors[2]![1],
    }));
  const alu = fc
    .record({
      resetReg: fc.constantFrom(0, 1),
      loops: loops([shape.logAccDepth, shape.logAccDepth]),
      aluOpcode: fc.nat({ max: 4 }),
      useImm: fc.constantFrom(0, 1),
      imm: fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -32768, max: 32767 })),
    })
    .map(({ loops: { fields }, ...rest }) => ({
      kind: "ALU" as const,
      ...NO_TOKENS,
      ...fields,
      ...rest,
    }));
  return fc.oneof({ weight: 3, arbitrary: gemm }, { weight: 2, arbitrary: alu });
}

/** Instructions that stay inside their memories, without tokens: they are executed in order. */
export function arbitraryProgram(
  env: Environment,
  memory: ProgramMemory,
): fc.Arbitrary<Instruction[]> {
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: arbitraryLoad(env, memory) },
      { weight: 5, arbitrary: arbitraryCompute(env) },
      { weight: 2, arbitrary: arbitraryStore(env, memory) },
    ),
    { minLength: 1, maxLength: 25 },
  );
}

/** Any instruction whose fields can hold their values, valid or not. */
export function arbitraryInstruction(env: Environment): fc.Arbitrary<Instruction> {
  const { logUopDepth: U, logAccDepth: A, logInpDepth: I, logWgtDepth: W } = env.shape;
  const bits = (n: number): fc.Arbitrary<number> => fc.nat({ max: 2 ** n - 1 });
  const tokens = { popPrev: bits(1), popNext: bits(1), pushPrev: bits(1), pushNext: bits(1) };
  const loops = {
    resetReg: bits(1),
    uopBgn: bits(U),
    uopEnd: bits(U + 1),
    iterOut: bits(14),
    iterIn: bits(14),
    dstFactorOut: bits(A),
    dstFactorIn: bits(A),
  };
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom("LOAD" as const, "STORE" as const),
      ...tokens,
      memoryType: bits(3),
      sramBase: bits(16),
      dramBase: bits(32),
      ySize: bits(16),
      xSize: bits(16),
      xStride: bits(16),
      yPad0: bits(4),
      yPad1: bits(4),
      xPad0: bits(4),
      xPad1: bits(4),
    }),
    fc.record({
      kind: fc.constant("GEMM" as const),
      ...tokens,
      ...loops,
      srcFactorOut: bits(I),
      srcFactorIn: bits(I),
      wgtFactorOut: bits(W),
      wgtFactorIn: bits(W),
    }),
    fc.record({
      kind: fc.constant("ALU" as const),
      ...tokens,
      ...loops,
      srcFactorOut: bits(A),
      srcFactorIn: bits(A),
      aluOpcode: bits(3),
      useImm: bits(1),
      imm: fc.integer({ min: -32768, max: 32767 }),
    }),
    fc.record({ kind: fc.constant("FINISH" as const), ...tokens }),
  );
}
