/** Runs workloads on the simulated accelerator, and their declarations on the CPU. */

import { build, cpu, NDArray, te, tir, type Device, type np } from "tvm-ts";
import * as vta from "vta-ts";
import { inputData } from "./golden-data";
import type { Workload } from "./vta-workloads";

/** Counters in the order `inp, wgt, acc, uop, out` bytes, `gemm, alu`. */
export type Counters = readonly number[];

export interface VtaRun {
  readonly result: np.ndarray;
  readonly stats: Counters;
}

/** Values in `[-range, range)` for every placeholder. */
export function inputsOf({ args }: Workload, range = 128): np.ndarray[] {
  return args
    .slice(0, -1)
    .map((tensor, i) => inputData(lengths(tensor), tensor.dtype, [-range, range, i + 1]));
}

/** The accelerator's result for the inputs. */
export function runOnVta(
  workload: Workload,
  inputs: readonly np.ndarray[],
  env: vta.Environment = vta.getEnv(),
): VtaRun {
  return counted(workload, inputs, env, (f, arrays) => void f(...arrays));
}

/** The same, for the number of calls of a timing. */
export function timeOnVta(
  workload: Workload,
  inputs: readonly np.ndarray[],
  number: number,
  env: vta.Environment = vta.getEnv(),
): VtaRun {
  return counted(workload, inputs, env, (f, arrays) => {
    f.timeEvaluator(f.record.entry, vta.extDev(0, env), { number })(...arrays);
  });
}

function counted(
  { schedule, args }: Workload,
  inputs: readonly np.ndarray[],
  env: vta.Environment,
  run: (f: Module, arrays: readonly NDArray[]) => void,
): VtaRun {
  const context = vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
  const device = vta.extDev(0, env);
  // Not `vta.build`, which refuses what the runtime refuses: tests compare its refusals with this.
  const target = vta.acceleratorTarget(undefined, env);
  const f = build(vta.lower(schedule, args, { context }), { target });
  vta.simulator.clearStats(device);
  const result = withArrays(inputs, args.at(-1)!, device, (arrays) => run(f, arrays));
  return { result, stats: Object.values(vta.simulator.stats(device)) };
}

/** The result of the declarations, computed on the CPU without the schedule. */
export function direct({ args }: Workload, inputs: readonly np.ndarray[]): np.ndarray {
  const result = args.at(-1)!;
  const f = build(te.createSchedule(result), args, { target: "llvm" });
  return withArrays(inputs, result, cpu(), (arrays) => void f(...arrays));
}

type Module = ReturnType<typeof build>;

/** The result after `run` with the inputs and the result as arrays on a device. */
function withArrays(
  inputs: readonly np.ndarray[],
  result: te.Tensor,
  device: Device,
  run: (arrays: readonly NDArray[]) => void,
): np.ndarray {
  const output = NDArray.empty(lengths(result), result.dtype, device);
  const arrays = [...inputs.map((input) => NDArray.of(input, device)), output];
  try {
    run(arrays);
    return output.numpy();
  } finally {
    arrays.forEach((array) => array.free());
  }
}

function lengths(tensor: te.Tensor): number[] {
  return tensor.shape.map((extent) => tir.constIntValue(extent)!);
}
