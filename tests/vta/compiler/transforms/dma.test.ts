/** Types that can be loaded into the accumulator, in configurations of other widths. */

import { beforeAll, describe, expect, test } from "vitest";
import { np, ready, te, tir } from "tvm-ts";
import * as vta from "vta-ts";
import { direct, inputsOf, runOnVta } from "../../../support/vta-run";
import type { Workload } from "../../../support/vta-workloads";

beforeAll(() => ready());

/** `A`, converted while it is loaded, plus 3. */
function addThree(env: vta.Environment, dtype: string): Workload {
  const shape = [2, 8, env.BATCH, env.BLOCK_OUT];
  const A = te.placeholder(shape, { name: "A", dtype });
  const A_buf = te.compute(shape, (...i) => A(...i).astype(env.accDtype), "A_buf");
  const three = tir.constant(3, env.accDtype);
  const B = te.compute(shape, (...i) => A_buf(...i).add(three), "B");
  const C = te.compute(shape, (...i) => B(...i).astype(env.outDtype), "C");
  const schedule = te.createSchedule(C);
  schedule.stage(A_buf).setScope(env.accScope).pragma(A_buf.op.axis[0]!, env.dmaCopy);
  schedule.stage(B).setScope(env.accScope).pragma(B.op.axis[0]!, env.alu);
  schedule.stage(C).pragma(C.op.axis[0]!, env.dmaCopy);
  return { schedule, args: [A, C] };
}

const wideInputs = new vta.Environment({ ...vta.samples.sim, LOG_INP_WIDTH: 4 });
const narrowSums = new vta.Environment({
  ...vta.samples.sim,
  LOG_ACC_WIDTH: 4,
  LOG_ACC_BUFF_SIZE: 16,
});

describe("the accumulator is loaded with", () => {
  test.each([
    ["bytes, for any width of inputs", wideInputs, "int8"],
    ["values of its width", wideInputs, "int32"],
    ["values of its width, if that is 16 bits", narrowSums, "int16"],
  ])("%s", (_, env, dtype) => {
    const workload = addThree(env, dtype);
    const inputs = inputsOf(workload);
    np.testing.assertEqual(direct(workload, inputs), runOnVta(workload, inputs, env).result);
  });

  test.each([
    ["inputs of 16 bits", wideInputs, "int16", "int32 or int8"],
    ["bytes, if it has 16 bits", narrowSums, "int8", "int16"],
  ])("not with %s", (_, env, dtype, taken) => {
    const { schedule, args } = addThree(env, dtype);
    expect(() => vta.lower(schedule, args, { env })).toThrow(
      `the memory is loaded with ${taken} values, and A has ${dtype}`,
    );
  });
});
