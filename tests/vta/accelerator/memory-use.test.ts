import { describe, expect, test } from "vitest";
import { Environment, ExecutionTrace, MEM_ID, samples, type Instruction } from "vta-ts";
import { FINISH, NO_TOKENS } from "../../support/vta-program";

const env = new Environment(samples.sim);

function inp(sramBase: number, xSize: number, pads: object = {}): Instruction {
  const [yPad0, yPad1, xPad0, xPad1] = [0, 0, 0, 0];
  const place = {
    memoryType: MEM_ID.INP,
    sramBase,
    dramBase: 256,
    ySize: 1,
    xSize,
    xStride: xSize,
  };
  return { kind: "LOAD", ...NO_TOKENS, ...place, yPad0, yPad1, xPad0, xPad1, ...pads };
}

/** Reads inputs `src` to `src + extent`, adds to accumulator 0. */
function gemm(src: number, extent: number, resetReg = 0): Instruction {
  const loops = { uopBgn: 0, uopEnd: 1, iterOut: 1, iterIn: extent };
  const none = { dstFactorOut: 0, dstFactorIn: 0, wgtFactorOut: 0, wgtFactorIn: 0 };
  return {
    kind: "GEMM",
    ...NO_TOKENS,
    ...loops,
    ...none,
    resetReg,
    srcFactorOut: 0,
    srcFactorIn: 1,
    wgt: 0,
    src,
  } as unknown as Instruction;
}

/** A trace of these instructions, one after the other; a GEMM's micro-op starts at its `src`. */
function traced(...instructions: readonly Instruction[]): ExecutionTrace {
  const trace = new ExecutionTrace(env);
  trace.startRun();
  instructions.forEach((instruction, index) => {
    const { src = 0 } = instruction as { src?: number };
    const step = { index, address: 16 * index, instruction, popped: [], pushed: [] };
    trace.record({ ...step, stage: "compute" }, () => ({ dst: 0, src, wgt: 0 }));
  });
  return trace;
}

/** `begin..end: writer -> reader`, by the instructions' numbers. */
function inputs(trace: ExecutionTrace): string[] {
  return trace.memories[0]!.residencies.map(
    ({ begin, end, writer, reader }) => `${begin}..${end}: ${writer.index} -> ${reader?.index}`,
  );
}

describe("the use of a memory", () => {
  test("lasts from writing an element to reading it for the last time", () => {
    const trace = traced(inp(0, 16), gemm(0, 16), gemm(0, 8), FINISH);
    expect(inputs(trace)).toEqual(["0..8: 0 -> 2", "8..16: 0 -> 1"]);
    expect(trace.memories[0]).toMatchObject({
      memory: "INP",
      depth: 2048,
      elementBytes: 16,
      touched: 16,
      peak: 16,
      average: (16 + 16 + 8 + 0) / 4,
      unread: 0,
    });
  });

  test("ends where the element is overwritten", () => {
    const trace = traced(inp(0, 4), gemm(0, 4), inp(2, 4), gemm(2, 4));
    expect(inputs(trace)).toEqual(["2..4: 0 -> 1", "0..2: 0 -> 1", "2..6: 2 -> 3"]);
    expect(trace.memories[0]).toMatchObject({ touched: 6, peak: 4 });
  });

  test("counts elements that are written and never read", () => {
    const trace = traced(inp(0, 4), inp(0, 4), inp(8, 2), gemm(0, 4));
    expect(inputs(trace)).toEqual([
      "0..4: 0 -> undefined",
      "0..4: 1 -> 3",
      "8..10: 2 -> undefined",
    ]);
    expect(trace.memories[0]).toMatchObject({ unread: 6, touched: 6, peak: 6 });
  });

  test("of an accumulator that is added to several times is one interval", () => {
    const trace = traced(gemm(0, 1, 1), gemm(0, 1), gemm(0, 1));
    const [, , acc] = trace.memories;
    expect(acc).toMatchObject({ memory: "ACC", touched: 1, peak: 1, unread: 1 });
    expect(acc!.residencies).toHaveLength(3);
  });

  test("follows the cycles where they are known", () => {
    const trace = new ExecutionTrace(env);
    trace.startRun();
    const record = (index: number, begin: number, instruction: Instruction): void => {
      const cycles = { begin, end: begin + 5 };
      const step = { index, address: 0, instruction, popped: [], pushed: [], cycles };
      trace.record({ ...step, stage: "load" }, () => ({ dst: 0, src: 0, wgt: 0 }));
    };
    record(0, 10, inp(0, 4));
    record(1, 30, gemm(0, 4));
    record(2, 20, inp(4, 4));
    expect(trace.memories[0]!.peak).toBe(8);
  });

  test("of an empty trace is empty", () => {
    const use = { touched: 0, peak: 0, average: 0, unread: 0, residencies: [] };
    for (const memory of traced().memories) expect(memory).toMatchObject(use);
  });
});

describe("a padded load", () => {
  test("distinguishes padding among the elements that it writes", () => {
    const pads = { ySize: 2, xSize: 3, yPad0: 1, yPad1: 1, xPad0: 1, xPad1: 2 };
    const [entry] = traced(inp(10, 3, pads)).entries;
    expect(entry!.sramWrites).toEqual([{ memory: "INP", begin: 10, end: 34 }]);
    expect(entry!.padding.map(({ begin, end }) => [begin, end])).toEqual([
      [10, 17],
      [20, 23],
      [26, 34],
    ]);
  });
});
