import { describe, expect, test } from "vitest";
import {
  compileReplay,
  profilerOf,
  ReplayDevices,
  runReplay,
  type ReplayProgram,
} from "../../support/vta-replay";
import { replayCorpus } from "../../support/vta-replay-corpus";

/** Debug flags: print micro-ops and instructions. */
const DUMP = 6;

const blanked = (text: string): string => text.replace(/DRAM: 0x[0-9a-f]{8}/g, "DRAM: *");

describe("a lowered program, replayed from its text", () => {
  const devices = new ReplayDevices();

  function check(program: ReplayProgram): void {
    const { device, printed } = devices.of(program.config);
    device.queue.setDebugMode(program.dump === undefined ? 0 : DUMP);
    profilerOf(device).clear();
    const result = runReplay(device, compileReplay(program.lower), program.inputs);
    expect(profilerOf(device).stats).toEqual(program.stats);
    expect(result.sha256).toBe(program.sha256);
    if (program.dump !== undefined) expect(blanked(printed.join(""))).toBe(program.dump);
  }

  test.each(replayCorpus("programs", "configs"))(
    "$name gives the reference's result, statistics and dump",
    check,
  );
  test.each(replayCorpus("fuzz", "operators"))("$name gives the reference's result", check);
});

describe("programs in one process", () => {
  /** A small generator of random numbers below `n`, the same each time. */
  function random(seed: number): (n: number) => number {
    let state = seed;
    return (n) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
  }

  const corpus = replayCorpus("programs", "configs", "operators").filter(
    ({ stats }) => stats["gemm_counter"]! < 200_000,
  );

  test.each([1, 2, 3])(
    "do not affect each other, in any order, twice in a row, after failures (order %i)",
    (seed) => {
      const pick = random(seed);
      const devices = new ReplayDevices();
      const order = corpus
        .map((program) => ({ program, key: pick(1e9) }))
        .sort((a, b) => a.key - b.key)
        .map(({ program }) => program);
      for (const program of order) {
        const { device } = devices.of(program.config);
        const replay = compileReplay(program.lower);
        breakOff(device, replay, program, pick(60));
        for (let time = 0; time < 2; time++) {
          profilerOf(device).clear();
          const { sha256 } = runReplay(device, replay, program.inputs);
          expect([program.name, sha256, profilerOf(device).stats]).toEqual([
            program.name,
            program.sha256,
            program.stats,
          ]);
        }
      }
    },
  );

  /** Calls a program so that it fails at its `after`-th call of the runtime. */
  function breakOff(
    device: Parameters<typeof runReplay>[0],
    replay: ReturnType<typeof compileReplay>,
    program: ReplayProgram,
    after: number,
  ): void {
    let calls = 0;
    const failing = <F extends (...args: never[]) => unknown>(f: F) =>
      ((...args: Parameters<F>) => {
        if (calls++ === after) throw new Error("interrupted");
        return f(...args);
      }) as F;
    const each = <F extends (...args: never[]) => unknown>(table: Readonly<Record<string, F>>) =>
      Object.fromEntries(Object.entries(table).map(([name, f]) => [name, failing(f)]));
    const broken = Object.create(device, {
      functions: {
        value: {
          extern: each(device.functions.extern),
          recording: each(device.functions.recording),
        },
      },
    }) as typeof device;
    try {
      runReplay(broken, replay, program.inputs);
    } catch (error) {
      expect((error as Error).message).toBe("interrupted");
    }
  }
});

describe("a repeated call", () => {
  test("records the same instructions as the first one, even if that left tokens", () => {
    // Its last synchronization comes before the pop that drains it.
    const program = replayCorpus("programs").find(({ name }) => name === "vta_matmul_opt")!;
    const { device, printed } = new ReplayDevices().of();
    const replay = compileReplay(program.lower);
    device.queue.setDebugMode(2);
    runReplay(device, replay, program.inputs);
    const first = printed.join("");
    printed.length = 0;
    runReplay(device, replay, program.inputs);
    expect(printed.join("")).toBe(first);
  });
});
