/** Properties of the passes, on random programs with random schedules. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  lower,
  pass,
  PassContext,
  te,
  tir,
  UsageError,
  type IRModule,
  type PassInstrument,
} from "tvm-ts";
import { interpret } from "../../lib/tvm-ts/src/codegen";
import { makeArray } from "../support/interpreted";
import {
  build,
  randomProgram,
  type RandomProgram,
  type Scheduled,
} from "../support/random-schedule";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200);
/** A run takes some 6 ms, on a busy machine several times that. */
const TIMEOUT = 60_000 + 50 * RUNS;

/** What the module's function writes into its arguments; memory starts out as garbage. */
function results(module: IRModule, { args }: Scheduled): number[][] {
  const arrays = args.map((tensor, i) => {
    const shape = tensor.shape.map((dim) => tir.constIntValue(dim)!);
    return makeArray(shape, tensor.dtype, i < 2 ? [-9, 10, i + 1] : undefined);
  });
  const [func] = module.functions.values();
  interpret(func!, arrays, { unwritten: 0xcd });
  return arrays.map(({ data }) => Array.from(data as Int32Array));
}

/** Whether no variable lacks a value. */
function isWhole(module: IRModule): boolean {
  const [func] = module.functions.values();
  return tir.verifyFunc(func!).length === 0;
}

/**
 * Lowers with an instrument; `undefined` for a schedule that is refused as a whole, or that
 * computes at a place without threads what it splits among them.
 */
function lowerWith(scheduled: Scheduled, simpleMode: boolean, instrument: PassInstrument) {
  const context = new PassContext({ instruments: [instrument] });
  try {
    const trace = lower(scheduled.schedule, scheduled.args, { simpleMode, context, trace: true });
    if (trace.failure !== undefined) throw trace.failure.error;
    return isWhole(trace.start) ? trace : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** What a program computes without any schedule. */
function plainResults(program: RandomProgram): number[][] {
  const plain = build({ ...program, commands: [] });
  return results(te.scheduleToModule(plain.schedule, plain.args), plain);
}

function everyStepKeepsResults(): void {
  fc.assert(
    fc.property(randomProgram, fc.boolean(), (program, simpleMode) => {
      const scheduled = build(program);
      const recorder = new pass.PassRecorder();
      const trace = lowerWith(scheduled, simpleMode, recorder);
      if (trace === undefined) return;
      const expected = plainResults(program);
      expect(results(trace.start, scheduled), "after scheduling").toEqual(expected);
      let last = trace.start;
      for (const record of recorder.records) {
        if (record.after === last) continue;
        last = record.after;
        const module = record.after;
        const [func] = module.functions.values();
        expect(tir.verifyFunc(func!), `after ${record.name}`).toEqual([]);
        expect(results(module, scheduled), `after ${record.name}`).toEqual(expected);
      }
    }),
    { numRuns: RUNS },
  );
}

test(
  "neither the schedule nor a pass changes what is computed, and passes leave programs well-formed",
  everyStepKeepsResults,
  TIMEOUT,
);

function loweringTwiceKeepsResults(): void {
  fc.assert(
    fc.property(randomProgram, (program) => {
      const scheduled = build(program);
      const trace = lowerWith(scheduled, true, { name: "none" });
      if (trace === undefined) return;
      const once = trace.module;
      const again = lower(once, undefined, { simpleMode: false });
      expect(results(again, scheduled)).toEqual(results(once, scheduled));
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
}

test(
  "lowering what was lowered changes nothing that is computed",
  loweringTwiceKeepsResults,
  TIMEOUT,
);
