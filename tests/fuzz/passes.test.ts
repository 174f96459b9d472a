/**
 * Random programs: a lowered program computes the values of the declaration, element for element, and
 * changes nothing else; a refused program is refused for a reason in the list.
 */

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { build, lower, nd, np, pass, ready, UsageError, type IRModule } from "tvm-ts";
import { Coverage } from "../support/random-program/coverage";
import { programNumbers } from "../support/random-program";
import {
  arraysOf,
  checkResults,
  compare,
  outcomeOf,
  type Outcome,
} from "../support/random-program/outcome";
import { isAllowedRefusal } from "../support/random-program/refusals";

beforeAll(ready);

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200);
const PROGRAMS = Number(process.env["FUZZ_PROGRAMS"] ?? RUNS);
/** A run takes some 40 ms, on a busy machine several times that. */
const TIMEOUT = 60_000 + 400 * Math.max(RUNS, PROGRAMS);

function checkRefusals({ refusals }: Outcome): void {
  expect(refusals.filter((sentence) => !isAllowedRefusal(sentence))).toEqual([]);
}

function lowersToItsMeaning(): void {
  const coverage = new Coverage();
  fc.assert(
    fc.property(programNumbers, (numbers) => {
      const outcome = outcomeOf(numbers);
      checkRefusals(outcome);
      if (!outcome.isRefused) coverage.add(outcome.program.features);
    }),
    { numRuns: PROGRAMS },
  );
  console.log(coverage.table());
  // From some number of programs on, nearly every feature has occurred with every other.
  if (PROGRAMS < 200) return;
  expect(coverage.features).toBeGreaterThanOrEqual(50);
  expect(coverage.pairsMet).toBeGreaterThan(PROGRAMS >= 10_000 ? 0.95 : 0.5);
}

test("a lowered program computes the values of the declaration", lowersToItsMeaning, TIMEOUT);

function everyPassKeepsResults(): void {
  fc.assert(
    fc.property(programNumbers, (numbers) => {
      const recorder = new pass.PassRecorder();
      const { program, isRefused } = outcomeOf(numbers, [recorder]);
      if (isRefused) return;
      for (const { name, before, after } of recorder.records) {
        if (after !== before) checkResults(program, after, `after ${name}`);
      }
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}

test("no pass changes the results", everyPassKeepsResults, TIMEOUT);

/** The module lowered again; nothing if a pass that was disabled the first time refuses it. */
function lowerAgain(module: IRModule): IRModule | undefined {
  try {
    return lower(module, undefined, { simpleMode: false });
  } catch (error) {
    if (!(error instanceof UsageError) || !isAllowedRefusal(error.sentence)) throw error;
    return undefined;
  }
}

function loweringTwiceKeepsResults(): void {
  fc.assert(
    fc.property(programNumbers, (numbers) => {
      const { program, module } = outcomeOf(numbers);
      if (module === undefined) return;
      const again = lowerAgain(module);
      if (again !== undefined) checkResults(program, again, "lowered twice");
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}

test("lowering a lowered program does not change its results", loweringTwiceKeepsResults, TIMEOUT);

const CANARY = 1234567;

/** Runs compiled code on arrays with other arrays on both sides. */
function compiledKeepsToItsArrays(): void {
  fc.assert(
    fc.property(programNumbers, (numbers) => {
      const { program, module } = outcomeOf(numbers);
      if (module === undefined) return;
      const canaries = () => nd.array(np.full([64], CANARY).astype("int32"));
      const guards = [canaries()];
      const arrays = arraysOf(program).map(({ data, shape }) => {
        const array = nd.array(np.array([...data], "int32").reshape([...shape]));
        guards.push(canaries());
        return array;
      });
      build(module)(...arrays);
      const results = arrays.map((array) => ({ data: array.numpy().data as Int32Array }));
      compare(program, results, "compiled");
      for (const guard of guards) {
        expect((guard.numpy().data as Int32Array).every((value) => value === CANARY)).toBe(true);
      }
      [...arrays, ...guards].forEach((array) => array.free());
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}

test(
  "compiled code does the same, and does not change neighbouring arrays",
  compiledKeepsToItsArrays,
  TIMEOUT,
);
