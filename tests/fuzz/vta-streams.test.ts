import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Dram, FunctionalSimulator, MEM_ID, type Environment, type Instruction } from "vta-ts";
import {
  arbitraryEnvironment,
  arbitraryProgram,
  tameUop,
  type ProgramMemory,
} from "../support/vta-arbitrary";
import { PlainVta } from "../support/vta-interpreter";
import { COMPUTE_NOP, place, serial } from "../support/vta-program";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);

/** A run takes about 2 ms, more when other tests run at the same time. */
const TIMEOUT = 30_000 + 20 * RUNS;

const MEMORY: ProgramMemory = { data: 0x1000, dataBytes: 0x2000, uops: 0x3000, uopCount: 256 };

/** Random data and, for programs that load them, micro-ops whose indices reach half of each memory. */
function fill({ words }: Dram, env: Environment, seed: number): void {
  let random = seed;
  const next = (): number => (random = (Math.imul(random, 1664525) + 1013904223) | 0);
  const data = MEMORY.data / 4;
  for (let i = 0; i < MEMORY.dataBytes / 4; i++) words[data + i] = next() ^ (next() >>> 16);
  const uops = MEMORY.uops / 4;
  for (let i = 0; i < MEMORY.uopCount; i++) words[uops + i] = tameUop(env, next());
}

function dramWith(env: Environment, seed: number): Dram {
  const dram = new Dram();
  dram.alloc(MEMORY.dataBytes);
  dram.alloc(MEMORY.uopCount * 4);
  fill(dram, env, seed);
  return dram;
}

/** Loads as many micro-ops as the memory holds. */
function loadUops({ shape }: Environment): Instruction {
  const xSize = 2 ** shape.logUopDepth;
  const dramBase = MEMORY.uops / 4;
  return { ...COMPUTE_NOP, memoryType: MEM_ID.UOP, dramBase, ySize: 1, xSize, xStride: xSize };
}

const sample = arbitraryEnvironment(6).chain((env) =>
  fc.record({
    env: fc.constant(env),
    program: arbitraryProgram(env, MEMORY),
    seed: fc.integer(),
  }),
);

const MEMORIES = { UOP: "uop", WGT: "wgt", INP: "inp", ACC: "acc" } as const;

/** The first element of each on-chip memory that differs from the plain interpreter's. */
function differences(simulator: FunctionalSimulator, plain: PlainVta): unknown[] {
  const { kernels } = simulator.core;
  return (["UOP", "WGT", "INP", "ACC"] as const).flatMap((memory) => {
    const elements = plain[MEMORIES[memory]];
    for (const [index, expected] of elements.entries()) {
      const actual = kernels.element(memory, index);
      const same =
        actual.length === expected.length && actual.every((value, i) => value === expected[i]);
      if (!same) return [{ memory, index, actual, expected }];
    }
    return [];
  });
}

describe("random programs on random accelerators", { timeout: TIMEOUT }, () => {
  test("leave the same values on chip and in DRAM as a plain interpreter", () => {
    fc.assert(
      fc.property(sample, ({ env, program, seed }) => {
        const dram = dramWith(env, seed);
        const simulator = new FunctionalSimulator(env, dram);
        const plainDram = dram.bytes.slice(0, 0x4000);
        const plain = new PlainVta(env, plainDram);
        const chain = serial(program);
        simulator.run(place(env, dram, chain), chain.length, Infinity);
        for (const instruction of chain) plain.execute(instruction);
        expect(differences(simulator, plain)).toEqual([]);
        expect(Buffer.compare(dram.bytes.subarray(0, 0x4000), plainDram)).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  test("end in a result or an error when bits of them are flipped", () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sample, flips, ({ env, program, seed }, bits) => {
        const dram = dramWith(env, seed);
        const simulator = new FunctionalSimulator(env, dram);
        const chain = serial(program);
        const address = place(env, dram, chain);
        for (const bit of bits) {
          const at = bit % (chain.length * 128);
          dram.words[address / 4 + (at >> 5)]! ^= 1 << (at & 31);
        }
        try {
          simulator.run(address, chain.length, 100_000);
        } catch (error) {
          expect((error as Error).name).toBe("DeviceError");
        }
        // After a failure the next program must find the simulator ready.
        fill(dram, env, seed);
        const next = serial([loadUops(env), ...program]);
        simulator.run(place(env, dram, next), next.length, Infinity);
      }),
      { numRuns: RUNS },
    );
  });
});
