/** A simulator in one file: it computes nothing and counts the instructions that it is started with. */

import { np, nd, te } from "tvm-ts";
import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";

class InstructionCounter implements vta.Accelerator {
  readonly counters = new vta.Profiler();
  instructions = 0;

  constructor(readonly dram: vta.Dram) {}

  run(_address: number, count: number): void {
    this.instructions += count;
  }
  resetTokens(): void {
    // It has no tokens.
  }
  observe(): () => void {
    return () => undefined;
  }
}

const env = new vta.Environment(vta.samples.sim);

beforeAll(() => tvm.ready());

/** Shifts accumulators to the right by 1. */
function halve(): tvm.runtime.Module {
  const shape = [1, 4, env.BATCH, env.BLOCK_OUT];
  const A = te.placeholder(shape, { name: "A", dtype: env.accDtype });
  const A_buf = te.compute(shape, (...i) => A(...i), "A_buf");
  const B_buf = te.compute(shape, (...i) => A_buf(...i).shiftRight(1), "B_buf");
  const B = te.compute(shape, (...i) => B_buf(...i).astype(env.inpDtype), "B");
  const s = te.createSchedule(B.op);
  s.stage(A_buf).setScope(env.accScope).pragma(A_buf.op.axis[0], env.dmaCopy);
  s.stage(B_buf).setScope(env.accScope).pragma(B_buf.op.axis[0], env.alu);
  s.stage(B).pragma(B.op.axis[0], env.dmaCopy);
  return vta.build(s, [A, B], { env });
}

function run(module: tvm.runtime.Module, device: vta.VtaDevice): np.ndarray {
  const shape = [1, 4, env.BATCH, env.BLOCK_OUT];
  const b = nd.array(np.zeros(shape).astype(env.inpDtype), device);
  module(nd.array(np.full(shape, 9).astype(env.accDtype), device), b);
  return b.numpy();
}

test("counts the instructions that the functional simulator executes, and computes nothing", () => {
  const module = halve();
  const counting = new vta.VtaDevice(0, env, {
    makeAccelerator: (_, dram) => new InstructionCounter(dram),
  });
  const executing = new vta.VtaDevice(0, env);
  const trace = vta.trace(
    () => {
      expect(np.max(run(module, executing)).item()).toBe(4);
    },
    { device: executing },
  );
  expect(np.max(run(module, counting)).item()).toBe(0);
  const { instructions } = counting.accelerator as InstructionCounter;
  expect(instructions).toBe(trace.entries.length);
  expect(instructions).toBeGreaterThan(3);
});
