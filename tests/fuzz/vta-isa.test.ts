import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, encode, InstructionSet, OPCODE } from "vta-ts";
import { arbitraryEnvironment, arbitraryInstruction } from "../support/vta-arbitrary";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2000);

describe("instructions of random configurations", () => {
  const sample = arbitraryEnvironment(13).chain((env) =>
    fc.record({ env: fc.constant(env), instruction: arbitraryInstruction(env) }),
  );

  test("decode to what was encoded", () => {
    fc.assert(
      fc.property(sample, ({ env, instruction }) => {
        const isa = new InstructionSet(env);
        expect(decode(isa, encode(isa, instruction))).toEqual(instruction);
      }),
      { numRuns: RUNS },
    );
  });

  test("encode to what was decoded, but for bits that no field has", () => {
    const words = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(arbitraryEnvironment(13), words, (env, random) => {
        const isa = new InstructionSet(env);
        const bits = Uint32Array.from(random);
        isa.finish.opcode.set(bits, 0, random[0]! % Object.keys(OPCODE).length);
        const once = encode(isa, decode(isa, bits));
        for (let i = 0; i < 4; i++) expect(once[i]! & ~bits[i]!).toBe(0);
        expect(encode(isa, decode(isa, once))).toEqual(once);
      }),
      { numRuns: RUNS },
    );
  });

  test("refuse a value that its field cannot hold, naming both", () => {
    fc.assert(
      fc.property(sample, fc.nat(), fc.integer({ min: 1, max: 2 ** 33 }), (s, pick, excess) => {
        const isa = new InstructionSet(s.env);
        const { kind } = s.instruction;
        const fields = Object.values(isa[kind.toLowerCase() as "load"]);
        const field = fields[1 + (pick % (fields.length - 1))]!;
        const wrong = { ...s.instruction, [field.name]: field.max + excess };
        expect(() => encode(isa, wrong)).toThrow(
          `${kind}: ${field.name} is ${field.max + excess}, but the field has ${field.bits} bit`,
        );
      }),
      { numRuns: RUNS },
    );
  });
});
