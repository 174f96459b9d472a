import { setInterruptionCheck } from "tvm-ts";
import { afterEach, describe, expect, test } from "vitest";
import {
  Dram,
  encodeUop,
  Environment,
  ExecutionTrace,
  FunctionalSimulator,
  InstructionSet,
  MEM_ID,
  samples,
  type FunctionalSimulatorOptions,
  type Instruction,
  type MemInstruction,
} from "vta-ts";
import { COMPUTE_NOP, FINISH, NO_TOKENS, place, serial } from "../../support/vta-program";

const env = new Environment(samples.sim);
const isa = new InstructionSet(env);

function simulator(options?: FunctionalSimulatorOptions) {
  const dram = new Dram();
  const sim = new FunctionalSimulator(env, dram, options);
  const run = (program: readonly Instruction[], limit = Infinity): void =>
    sim.run(place(env, dram, program), program.length, limit);
  return { dram, sim, run };
}

const transfer = (kind: "LOAD" | "STORE", values: Partial<MemInstruction>): MemInstruction => ({
  ...(COMPUTE_NOP as MemInstruction),
  ySize: 1,
  xSize: 1,
  xStride: 1,
  ...values,
  kind,
});

const load = (values: Partial<MemInstruction>): MemInstruction => transfer("LOAD", values);
const store = (values: Partial<MemInstruction>): MemInstruction =>
  transfer("STORE", { memoryType: MEM_ID.OUT, ...values });

const LOOPS = {
  ...NO_TOKENS,
  resetReg: 0,
  uopBgn: 0,
  uopEnd: 1,
  iterOut: 1,
  iterIn: 1,
  dstFactorOut: 0,
  dstFactorIn: 0,
  srcFactorOut: 0,
  srcFactorIn: 0,
};
const gemm = (values: object): Instruction => ({
  kind: "GEMM",
  ...LOOPS,
  wgtFactorOut: 0,
  wgtFactorIn: 0,
  ...values,
});
const alu = (values: object): Instruction => ({
  kind: "ALU",
  ...LOOPS,
  aluOpcode: 0,
  useImm: 0,
  imm: 0,
  ...values,
});

/** Puts values into accumulator elements from 0 on. */
function loadAcc(dram: Dram, values: readonly number[]): Instruction {
  const address = dram.alloc(values.length * 4);
  new Int32Array(dram.memory.buffer, address, values.length).set(values);
  const x = values.length / 16;
  return load({ memoryType: MEM_ID.ACC, dramBase: address / 64, xSize: x, xStride: x });
}

/** Puts micro-ops into the memory from 0 on. */
function loadUops(
  dram: Dram,
  uops: readonly (readonly [dst: number, src: number, wgt: number])[],
): Instruction {
  const address = dram.alloc(uops.length * 4);
  uops.forEach(([dst, src, wgt], i) => {
    dram.words[address / 4 + i] = encodeUop(isa, { dst, src, wgt });
  });
  return load({ dramBase: address / 4, xSize: uops.length, xStride: uops.length });
}

describe("a program that the host interrupts", () => {
  afterEach(() => setInterruptionCheck(() => undefined));

  test("ends with the host's error, and leaves no token to the next one", () => {
    const { run, dram } = simulator();
    const address = dram.alloc(4096);
    const inp = load({ memoryType: MEM_ID.INP, dramBase: address / 16, pushNext: 1 });
    const program = [inp, inp, inp, FINISH];
    let left = 2;
    setInterruptionCheck(() => {
      if (left-- === 0) throw new Error("interrupted");
    });
    expect(() => run(program)).toThrow("interrupted");
    setInterruptionCheck(() => undefined);
    expect(() => run([{ ...FINISH, popPrev: 1 }])).toThrow("a token that is never pushed");
  });
});

describe("a program that cannot go on", () => {
  test("stops with the state of the queues", () => {
    const { run, dram } = simulator();
    const address = dram.alloc(4096);
    const inp = load({ memoryType: MEM_ID.INP, dramBase: address / 16, popNext: 1 });
    let message = "";
    try {
      run([inp, inp, { ...FINISH, popPrev: 1 }]);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain("waits for a token that is never pushed");
    expect(message).toContain("tokens: l2g 0, g2l 0, g2s 0, s2g 0");
    expect(message).toMatch(
      /load: instruction 0 at 0x0+\w+ \(LOAD INP .* pop next\) waits, 1 behind it/,
    );
    expect(message).toMatch(/compute: instruction 2 .*\(FINISH {2}pop prev\) waits, 0 behind it/);
  });

  test("leaves no token to the next one", () => {
    const { run } = simulator();
    expect(() =>
      run([
        { ...COMPUTE_NOP, pushNext: 1 },
        { ...FINISH, popPrev: 1 },
      ]),
    ).toThrow("ever");
    expect(() => run([store({ xSize: 0, popPrev: 1 }), FINISH])).toThrow(
      "a token that is never pushed",
    );
  });

  test("but tokens of a program that ended remain for the next one, until a reset", () => {
    const { run, sim } = simulator();
    run([{ ...COMPUTE_NOP, pushNext: 1 }, FINISH]);
    run([store({ xSize: 0, popPrev: 1 }), FINISH]);
    run([{ ...COMPUTE_NOP, pushNext: 1 }, FINISH]);
    sim.resetTokens();
    expect(() => run([store({ xSize: 0, popPrev: 1 }), FINISH])).toThrow(
      "a token that is never pushed",
    );
  });

  test("has no FINISH", () => {
    const { run } = simulator();
    expect(() => run([COMPUTE_NOP])).toThrow("no FINISH");
  });
});

describe("stages", () => {
  test("finish all their instructions, also those dispatched after the FINISH was executed", () => {
    const { run, dram } = simulator();
    const out = dram.alloc(4096);
    dram.bytes.fill(1, out, out + 16);
    run([FINISH, store({ dramBase: out / 16 })]);
    expect(dram.bytes[out]).toBe(0);
  });

  test("have no neighbour before load and after store", () => {
    const { run, dram } = simulator();
    const at = dram.alloc(4096) / 16;
    const inp = load({ memoryType: MEM_ID.INP, dramBase: at });
    expect(() => run([{ ...inp, popPrev: 1 }, FINISH])).toThrow(
      /instruction 0 .*refer to a neighbour/,
    );
    expect(() => run([{ ...store({ dramBase: at }), pushNext: 1 }, FINISH])).toThrow(
      /instruction 0 .*refer to a neighbour/,
    );
  });
});

describe("an instruction out of range", () => {
  const { run, dram } = simulator();
  const array = dram.alloc(4096);
  const inp = (values: Partial<MemInstruction>): Instruction[] =>
    serial([load({ memoryType: MEM_ID.INP, dramBase: array / 16, ...values })]);

  test.each<[string, Instruction[], RegExp]>([
    ["of an on-chip memory", inp({ sramBase: 2048 }), /LOAD INP.*ends at element 2049 of .* 2048/],
    ["with its padding", inp({ sramBase: 2040, xPad1: 15 }), /ends at element 2056/],
    [
      "of its array",
      inp({ dramBase: array / 16 + 250, xSize: 7 }),
      /DRAM bytes 0x0\w+ to 0x0\w+ are/,
    ],
    ["of its array, by stride", inp({ ySize: 2, xStride: 300 }), /are not inside a single buffer/],
    ["of all DRAM", inp({ dramBase: 0xffffffff }), /are not inside a single buffer/],
    [
      "at address 0",
      inp({ dramBase: 0 }),
      /0x00000000 to 0x00000010 are not inside a single buffer/,
    ],
    ["of the accumulator", serial([store({ sramBase: 2048, dramBase: array / 16 })]), /2049 of/],
    ["of the micro-ops", serial([gemm({ uopEnd: 8193 })]), /micro-ops 0 to 8193 are not a range/],
    ["backwards", serial([gemm({ uopBgn: 2, uopEnd: 1 })]), /micro-ops 2 to 1 are not a range/],
    [
      "by a loop",
      serial([gemm({ iterOut: 3, dstFactorOut: 1024 })]),
      /micro-op 0 reaches accumulator element 2048 of 2048: dst 0 \+ 2 x 1024 \+ 0 x 0/,
    ],
    [
      "of the inputs",
      serial([gemm({ iterIn: 3, srcFactorIn: 1024 })]),
      /reaches input element 2048/,
    ],
    [
      "of the weights",
      serial([gemm({ iterIn: 3, wgtFactorIn: 512 })]),
      /reaches weight element 1024/,
    ],
    [
      "of an operand",
      serial([alu({ iterIn: 3, srcFactorIn: 1024 })]),
      /ALU MIN.*reaches accumulator element 2048/,
    ],
  ])("%s is refused with its number and place", (_what, program, message) => {
    expect(() => run(program)).toThrow(message);
    expect(() => run(program)).toThrow(/^instruction \d at 0x/);
  });

  test("is accepted in an unused operand, beside an immediate", () => {
    run(serial([alu({ iterIn: 3, srcFactorIn: 1024, useImm: 1, imm: 1 })]));
  });

  test.each<[string, Instruction]>([
    ["memory 4 cannot be loaded", load({ memoryType: 4 })],
    ["memory 7 cannot be loaded", load({ memoryType: 7 })],
    ["memory 3 cannot be stored", store({ memoryType: 3 })],
    ["a STORE cannot have padding", store({ dramBase: array / 16, xPad0: 1 })],
    ["there is no ALU operation 5", alu({ aluOpcode: 5 })],
  ])("that is invalid is refused: %s", (message, instruction) => {
    expect(() => run(serial([instruction]))).toThrow(message);
  });

  test("with an opcode that does not exist is refused", () => {
    const address = place(env, dram, [FINISH, FINISH]);
    dram.words[address / 4]! |= 7;
    const sim = new FunctionalSimulator(env, dram);
    expect(() => sim.run(address, 2, Infinity)).toThrow(
      /instruction 0 at .* \(opcode 7\): there is no instruction with opcode 7/,
    );
  });

  test("refuses a program outside of DRAM", () => {
    const sim = new FunctionalSimulator(env, dram);
    expect(() => sim.run(0, 1, Infinity)).toThrow("not inside a buffer of DRAM");
    expect(() => sim.run(array + 4080, 2, Infinity)).toThrow("2 instructions from 0x");
    expect(() => sim.run(array + 8, 1, Infinity)).toThrow("not inside a buffer");
  });
});

describe("the ALU", () => {
  const results = (values: readonly number[], instruction: Instruction): number[] => {
    const { run, dram, sim } = simulator();
    run(serial([loadAcc(dram, values), loadUops(dram, [[0, 1, 0]]), instruction]));
    return sim.core.kernels.element("ACC", 0);
  };
  const x = [0, 1, -1, 127, -128, 2 ** 31 - 1, -(2 ** 31), 77, 8, 9, 10, 11, 12, 13, 14, 15];

  test("shifts to the right, to the left by a negative amount, and out by 32 or more", () => {
    const shifted = (imm: number): number[] =>
      results(x, alu({ aluOpcode: 3, useImm: 1, imm })).slice(0, 8);
    expect(shifted(1)).toEqual([0, 0, -1, 63, -64, 2 ** 30 - 1, -(2 ** 30), 38]);
    expect(shifted(-1)).toEqual([0, 2, -2, 254, -256, -2, 0, 154]);
    expect(shifted(32)).toEqual([0, 0, -1, 0, -1, 0, -1, 0]);
    expect(shifted(-32)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(shifted(-32768)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("shifts lane by lane by a register", () => {
    const by = [0, 1, 31, 32, 99, -1, -31, -32, -99, 3, 4, 5, 6, 7, 8, 2 ** 31 - 1];
    const ones = new Array<number>(16).fill(-8);
    expect(results([...ones, ...by], alu({ aluOpcode: 3 }))).toEqual([
      -8, -4, -1, -1, -1, -16, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1,
    ]);
  });

  test("wraps sums and products", () => {
    const add = results(x, alu({ aluOpcode: 2, useImm: 1, imm: 1 }));
    expect(add.slice(5, 7)).toEqual([-(2 ** 31), -(2 ** 31) + 1]);
    const multiply = results(x, alu({ aluOpcode: 4, useImm: 1, imm: 3 }));
    expect(multiply.slice(5, 7)).toEqual([2 ** 31 - 3, -(2 ** 31)]);
  });

  test("reads the values that an earlier micro-op of the same instruction wrote", () => {
    const { run, dram, sim } = simulator();
    const values = Array.from({ length: 64 }, (_, i) => (i < 16 ? 1 : 0));
    run(
      serial([
        loadAcc(dram, values),
        loadUops(dram, [
          [1, 0, 0],
          [2, 1, 0],
          [3, 2, 0],
        ]),
        alu({ aluOpcode: 2, uopEnd: 3 }),
      ]),
    );
    expect(sim.core.kernels.element("ACC", 3)[0]).toBe(1);
  });

  test.each([
    ["before", [1, 0, 0], [1, 3, 6, 10]],
    ["after", [0, 1, 0], [3, 5, 7, 4]],
  ] as const)("adds to each element in a row the one %s it", (_, uop, sums) => {
    const { run, dram, sim } = simulator();
    const values = Array.from({ length: 64 }, (_, i) => 1 + Math.floor(i / 16));
    const step = { iterIn: 3, dstFactorIn: 1, srcFactorIn: 1 };
    run(serial([loadAcc(dram, values), loadUops(dram, [uop]), alu({ aluOpcode: 2, ...step })]));
    const { kernels } = sim.core;
    expect(sums.map((_, i) => kernels.element("ACC", i))).toEqual(
      sums.map((sum) => new Array<number>(16).fill(sum)),
    );
  });
});

describe("weights", () => {
  test("are those that were loaded, even if a STORE has overwritten them in DRAM since", () => {
    const { run, dram, sim } = simulator();
    const weights = dram.alloc(256);
    const inputs = dram.alloc(16);
    dram.bytes.fill(3, weights, weights + 256);
    dram.bytes.fill(2, inputs, inputs + 16);
    run(
      serial([
        load({ memoryType: MEM_ID.WGT, dramBase: weights / 256 }),
        load({ memoryType: MEM_ID.INP, dramBase: inputs / 16 }),
        loadUops(dram, [[1, 0, 0]]),
        store({ dramBase: weights / 16, xSize: 16, xStride: 16 }),
        gemm({}),
      ]),
    );
    expect([...dram.bytes.slice(weights, weights + 2)]).toEqual([0, 0]);
    expect(sim.core.kernels.element("ACC", 1)).toEqual(new Array<number>(16).fill(96));
    expect(sim.core.kernels.element("WGT", 0)[0]).toBe(3);
  });

  test("stay on chip for the next run, even if the host writes to DRAM in between", () => {
    const { run, dram, sim } = simulator();
    const weights = dram.alloc(256);
    dram.bytes.fill(3, weights, weights + 256);
    run(serial([load({ memoryType: MEM_ID.WGT, dramBase: weights / 256 })]));
    dram.bytes.fill(9, weights, weights + 256);
    expect(sim.core.kernels.element("WGT", 0)).toEqual(new Array<number>(256).fill(3));
  });
});

describe("the profiler", () => {
  test("counts elements moved and micro-ops executed, not padding and not resets", () => {
    const { run, dram, sim } = simulator();
    const array = dram.alloc(4096);
    run(
      serial([
        load({ memoryType: MEM_ID.INP, dramBase: array / 16, xSize: 3, xPad0: 2, yPad1: 1 }),
        load({ memoryType: MEM_ID.WGT, dramBase: array / 256, ySize: 2, xSize: 2 }),
        load({ memoryType: MEM_ID.ACC, dramBase: array / 64, xSize: 4 }),
        load({ memoryType: MEM_ID.ACC_8BIT, dramBase: array / 16, xSize: 5 }),
        load({ dramBase: array / 4, xSize: 7 }),
        gemm({ iterOut: 3, iterIn: 5 }),
        gemm({ iterOut: 3, iterIn: 5, resetReg: 1 }),
        alu({ iterIn: 9, useImm: 1 }),
        store({ dramBase: array / 16, xSize: 6 }),
      ]),
    );
    const stats = {
      inp_load_nbytes: 48,
      wgt_load_nbytes: 1024,
      acc_load_nbytes: 9 * 64,
      uop_load_nbytes: 28,
      out_store_nbytes: 96,
      gemm_counter: 15,
      alu_counter: 9,
    };
    expect(sim.counters.stats).toEqual(stats);
    expect(String(sim.counters.stats)).toBe(
      '{\n "inp_load_nbytes":48,\n "wgt_load_nbytes":1024,\n "acc_load_nbytes":576,\n' +
        ' "uop_load_nbytes":28,\n "out_store_nbytes":96,\n "gemm_counter":15,\n "alu_counter":9\n}\n',
    );
    sim.counters.clear();
    expect(Object.values(sim.counters.stats)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("counts the same when execution is skipped, which loads micro-ops and nothing else", () => {
    const { run, dram, sim } = simulator();
    const out = dram.alloc(4096);
    dram.bytes.fill(7, out, out + 4096);
    sim.counters.skipExecution = true;
    run(
      serial([
        loadAcc(dram, new Array<number>(16).fill(5)),
        loadUops(dram, [[1, 2, 3]]),
        alu({ aluOpcode: 2, useImm: 1, imm: 1, iterIn: 10 }),
        gemm({ iterIn: 10 }),
        store({ dramBase: out / 16 }),
      ]),
    );
    expect(sim.counters.stats).toMatchObject({
      acc_load_nbytes: 64,
      uop_load_nbytes: 4,
      out_store_nbytes: 16,
      gemm_counter: 10,
      alu_counter: 10,
    });
    expect(sim.core.kernels.element("ACC", 0)[0]).toBe(0);
    expect(sim.core.kernels.element("UOP", 0)[0]).toBe(encodeUop(isa, { dst: 1, src: 2, wgt: 3 }));
    expect(dram.bytes[out]).toBe(7);
  });
});

describe("a long run", () => {
  // 16383 x 80 micro-ops: several slices of work.
  const long = serial([gemm({ iterOut: 16383, iterIn: 80 })]);

  test("returns to its caller at intervals, which can end it", () => {
    let pauses = 0;
    const { run } = simulator({ onPause: () => void pauses++ });
    run(long);
    expect(pauses).toBeGreaterThan(1);
    let allowed = 1;
    const stopped = simulator({
      onPause: () => {
        if (allowed-- === 0) throw new Error("stop");
      },
    });
    expect(() => stopped.run(long)).toThrow("stop");
    stopped.run(serial([]));
  });

  test("gives the same result in slices", () => {
    const { run, dram, sim } = simulator();
    const inputs = dram.alloc(16);
    const weights = dram.alloc(256);
    dram.bytes.fill(1, inputs, inputs + 16);
    dram.bytes.fill(1, weights, weights + 256);
    run(
      serial([
        load({ memoryType: MEM_ID.INP, dramBase: inputs / 16 }),
        load({ memoryType: MEM_ID.WGT, dramBase: weights / 256 }),
        gemm({ iterOut: 3, iterIn: 16383, uopEnd: 8, dstFactorOut: 1 }),
        alu({ aluOpcode: 2, useImm: 1, imm: 1, iterOut: 40, iterIn: 16383 }),
      ]),
    );
    const products = 16383 * 8 * 16;
    const element = (i: number): number => sim.core.kernels.element("ACC", i)[5]!;
    expect([element(0), element(1), element(2)]).toEqual([
      products + 40 * 16383,
      products,
      products,
    ]);
  });

  test("is ended after its limit of cycles", () => {
    const { run } = simulator();
    expect(() => run(long, 100_000)).toThrow("did not finish within 100000 cycles");
    run(long, 2_000_000);
  });
});

describe("a trace", () => {
  test("has what each instruction read and wrote, and its tokens", () => {
    const { run, dram, sim } = simulator();
    const inputs = dram.alloc(4096);
    const uops = loadUops(dram, [
      [0, 0, 0],
      [4, 1, 0],
    ]);
    const out = dram.alloc(4096);
    const trace = new ExecutionTrace(env);
    sim.observe(trace);
    run(
      serial([
        load({
          memoryType: MEM_ID.INP,
          dramBase: inputs / 16,
          ySize: 2,
          xSize: 3,
          xStride: 5,
          xPad0: 1,
        }),
        uops,
        gemm({ uopEnd: 2, iterIn: 3, dstFactorIn: 1, srcFactorIn: 1 }),
        store({ dramBase: out / 16, xSize: 7, xStride: 7 }),
      ]),
    );
    const [inp, uop, product, stored, finish] = trace.entries;
    expect(inp).toMatchObject({
      index: 0,
      stage: "load",
      sramWrites: [{ memory: "INP", begin: 0, end: 8 }],
      popped: [],
      pushed: ["l2g"],
    });
    expect(inp!.dramReads.slice(1)).toEqual([
      { begin: inputs, end: inputs + 48 },
      { begin: inputs + 80, end: inputs + 128 },
    ]);
    expect(uop).toMatchObject({
      stage: "compute",
      sramWrites: [{ memory: "UOP", begin: 0, end: 2 }],
      popped: ["l2g"],
    });
    expect(product).toMatchObject({
      stage: "compute",
      sramReads: [
        { memory: "UOP", begin: 0, end: 2 },
        { memory: "INP", begin: 0, end: 4 },
        { memory: "WGT", begin: 0, end: 1 },
        { memory: "ACC", begin: 0, end: 3 },
        { memory: "ACC", begin: 4, end: 7 },
      ],
      sramWrites: [
        { memory: "ACC", begin: 0, end: 3 },
        { memory: "ACC", begin: 4, end: 7 },
      ],
      pushed: ["g2s"],
    });
    expect(stored).toMatchObject({
      stage: "store",
      sramReads: [{ memory: "ACC", begin: 0, end: 7 }],
      dramWrites: [{ begin: out, end: out + 112 }],
      popped: ["g2s"],
      pushed: ["s2g"],
    });
    expect(finish).toMatchObject({ instruction: { kind: "FINISH" }, popped: ["s2g"] });
    const fetched = trace.entries.map(({ dramReads }) => dramReads[0]!.begin);
    expect(fetched.map((at) => at - fetched[0]!)).toEqual([0, 16, 32, 48, 64]);
  });
});
