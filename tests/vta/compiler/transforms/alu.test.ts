/** Operations on the ALU compute the declared values, also those that the ALU does not have. */

import fc from "fast-check";
import { beforeAll, describe, test } from "vitest";
import { np, ready, te, tir } from "tvm-ts";
import * as vta from "vta-ts";
import { direct, inputsOf, runOnVta } from "../../../support/vta-run";
import { alu, type Workload } from "../../../support/vta-workloads";

const env = vta.getEnv();

beforeAll(() => ready());

/** Runs the program on the accelerator; its result is the declared one. */
function check(workload: Workload, range = 40): void {
  const inputs = inputsOf(workload, range);
  np.testing.assertEqual(direct(workload, inputs), runOnVta(workload, inputs).result);
}

type Step = (...x: tir.PrimExpr[]) => tir.PrimExpr;

describe("operations that the ALU does not have are composed of those it has", () => {
  test.each<[string, 1 | 2, Step]>([
    ["subtraction of a constant", 1, (x) => x!.sub(7)],
    ["addition of a negative constant", 1, (x) => x!.add(-7)],
    ["subtraction from a constant", 1, (x) => tir.sub(7, x!)],
    ["negation", 1, (x) => x!.neg()],
    ["subtraction", 2, (x, y) => x!.sub(y!)],
    ["subtraction the other way", 2, (x, y) => y!.sub(x!)],
    ["a constant first, in a minimum", 1, (x) => tir.min(3, x!)],
    ["a constant first, in a product", 1, (x) => tir.mul(3, x!)],
    ["a copy", 1, (x) => x!],
    ["shift to the left", 1, (x) => x!.shiftLeft(3)],
  ])("%s", (_, count, step) => check(alu([3, 4], count, [step])));
});

/** Stages of the ALU over two inputs; each step reads any of the inputs and of the steps before. */
function chain(
  shape: readonly number[],
  steps: readonly ((values: readonly tir.PrimExpr[]) => tir.PrimExpr)[],
): Workload {
  const whole = [...shape, env.BATCH, env.BLOCK_OUT];
  const inputs = ["a", "b"].map((name) => te.placeholder(whole, { name, dtype: env.accDtype }));
  const copies = inputs.map((t) => te.compute(whole, (...i) => t(...i), `${t.name}_buf`));
  const known = [...copies];
  steps.forEach((step, k) => {
    const before = [...known];
    known.push(te.compute(whole, (...i) => step(before.map((t) => t(...i))), `step${k}`));
  });
  const res = te.compute(whole, (...i) => known.at(-1)!(...i).astype(env.outDtype), "res");
  const schedule = te.createSchedule(res);
  for (const tensor of known.filter((t) => schedule.has(t))) {
    const stage = schedule.stage(tensor).setScope(env.accScope);
    stage.pragma(stage.op.axis[0]!, copies.includes(tensor) ? env.dmaCopy : env.alu);
  }
  schedule.stage(res).pragma(res.op.axis[0]!, env.dmaCopy);
  return { schedule, args: [...inputs.filter((t) => schedule.has(t)), res] };
}

describe("values that are needed again later are not overwritten", () => {
  test("a constant is added to a copy", () => {
    check(chain([4], [([a]) => a!.add(1), ([a, , c]) => c!.mul(a!)]));
  });

  test("two values are added to a third", () => {
    check(
      chain([4], [([a, b]) => a!.add(b!), ([a, , c]) => c!.max(a!), ([a, , , d]) => d!.min(a!)]),
      20,
    );
  });

  test("a difference of values that are both needed again", () => {
    check(
      chain([4], [([a, b]) => a!.sub(b!), ([a, , c]) => c!.max(a!), ([, b, , d]) => d!.min(b!)]),
    );
  });
});

const operand = fc.oneof(
  fc.nat(7).map((i) => ({ kind: "value" as const, i })),
  fc.integer({ min: -9, max: 9 }).map((value) => ({ kind: "constant" as const, value })),
);

const operation = fc.record({
  op: fc.constantFrom(
    "add" as const,
    "sub" as const,
    "mul" as const,
    "min" as const,
    "max" as const,
  ),
  first: fc.nat(7),
  second: operand,
  swap: fc.boolean(),
});

test("random chains of operations compute the declared values", () => {
  fc.assert(
    fc.property(
      fc.array(operation, { minLength: 1, maxLength: 6 }),
      fc.constantFrom([4], [2, 3], [1, 5]),
      (operations, shape) => {
        const steps = operations.map(({ op, first, second, swap }) => {
          return (values: readonly tir.PrimExpr[]): tir.PrimExpr => {
            const at = (i: number): tir.PrimExpr =>
              values[values.length - 1 - (i % values.length)]!;
            const other = second.kind === "value" ? at(second.i) : tir.constant(second.value);
            const result = swap ? tir[op](other, at(first)) : tir[op](at(first), other);
            // A step that folds to a constant is not an operation.
            return tir.isConstInt(result) ? at(first).max(-9) : result;
          };
        });
        check(chain(shape, steps), 10);
      },
    ),
    { numRuns: 60 },
  );
});
