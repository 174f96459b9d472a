import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dram, FunctionalSimulator, type Environment } from "vta-ts";
import {
  arbitraryEnvironment,
  arbitraryProgram,
  arbitraryUop,
  type ProgramMemory,
} from "../support/vta-arbitrary";
import { PlainVta } from "../support/vta-interpreter";
import { place, serial } from "../support/vta-program";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);

const MEMORY: ProgramMemory = { data: 0x1000, dataBytes: 0x2000, uops: 0x3000, uopCount: 256 };

/** A device's DRAM as `MEMORY` describes it: random data, and micro-ops that reach half-way. */
function dramWith(data: Uint8Array, uops: readonly number[]): Dram {
  const dram = new Dram();
  dram.alloc(MEMORY.dataBytes);
  dram.alloc(MEMORY.uopCount * 4);
  for (let i = 0; i < MEMORY.dataBytes; i++) {
    dram.bytes[MEMORY.data + i] = data[i % data.length]! ^ (i >> 5);
  }
  dram.words.set(uops, MEMORY.uops / 4);
  return dram;
}

const sample = arbitraryEnvironment(6).chain((env) =>
  fc.record({
    env: fc.constant(env),
    program: arbitraryProgram(env, MEMORY),
    data: fc.uint8Array({ minLength: 300, maxLength: 300 }),
    uops: fc.array(arbitraryUop(env), {
      minLength: MEMORY.uopCount,
      maxLength: MEMORY.uopCount,
      size: "max",
    }),
  }),
);

function contents(simulator: FunctionalSimulator, env: Environment) {
  const { kernels } = simulator.core;
  const all = (memory: "UOP" | "WGT" | "INP" | "ACC", logDepth: number): number[][] =>
    Array.from({ length: 2 ** logDepth }, (_, i) => kernels.element(memory, i));
  const { shape } = env;
  return {
    uop: all("UOP", shape.logUopDepth),
    inp: all("INP", shape.logInpDepth),
    wgt: all("WGT", shape.logWgtDepth),
    acc: all("ACC", shape.logAccDepth),
  };
}

describe("random programs on random accelerators", () => {
  it("leave on chip and in DRAM what a plain interpreter leaves", () => {
    fc.assert(
      fc.property(sample, ({ env, program, data, uops }) => {
        const dram = dramWith(data, uops);
        const simulator = new FunctionalSimulator(env, dram);
        const plainDram = dram.bytes.slice(0, 0x4000);
        const plain = new PlainVta(env, plainDram);
        const chain = serial(program);
        simulator.run(place(env, dram, chain), chain.length, Infinity);
        for (const instruction of chain) plain.execute(instruction);
        const { uop, inp, wgt, acc } = plain;
        expect(contents(simulator, env)).toEqual({ uop, inp, wgt, acc });
        expect(dram.bytes.slice(0, 0x4000)).toEqual(plainDram);
      }),
      { numRuns: RUNS },
    );
  });

  it("end in a result or an error when bits of them are flipped", () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sample, flips, ({ env, program, data, uops }, bits) => {
        const dram = dramWith(data, uops);
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
        // Whatever happened, the next program finds the simulator ready.
        const next = serial(program);
        simulator.run(place(env, dram, next), next.length, Infinity);
      }),
      { numRuns: RUNS },
    );
  });
});
