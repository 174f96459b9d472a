/** How golden programs for VTA are lowered and run. */

import { nd, type NDArray, type np, type te } from "tvm-ts";
import * as vta from "vta-ts";

/** The results of a run, in the form in which they are compared. */
export interface ActualRun {
  readonly outputs: ReadonlyMap<string, Uint8Array>;
  readonly stats?: Readonly<Record<string, number>>;
  readonly dump?: string;
}

export interface ArrayArgument {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: np.ndarray | undefined;
}

export function environmentOf(config?: Readonly<Record<string, unknown>>): vta.Environment {
  return config === undefined ? vta.getEnv() : new vta.Environment(config as never);
}

/** The names that programs may use of an environment: its fields, and its tensor intrinsic. */
export function namesOf(env: vta.Environment): object {
  return Object.create(env, { gemm: { get: () => vta.gemm(env) } }) as object;
}

/** One accelerator a configuration, for every program in this process. */
const accelerators = new Map<string, { device: vta.VtaDevice; printed: string[] }>();

function acceleratorOf(env: vta.Environment): { device: vta.VtaDevice; printed: string[] } {
  const key = JSON.stringify(env.config);
  let accelerator = accelerators.get(key);
  if (accelerator === undefined) {
    const printed: string[] = [];
    const device = new vta.VtaDevice(0, env, { print: (text) => printed.push(text) });
    accelerator = { device, printed };
    accelerators.set(key, accelerator);
  }
  return accelerator;
}

const { DEBUG } = vta;

/** Builds a schedule, calls it once on the simulator, and returns the results. */
export async function runVta(
  schedule: te.Schedule,
  args: readonly te.ScheduleArg[],
  arrays: readonly ArrayArgument[],
  options: { readonly disabledPass: readonly string[] },
  env: vta.Environment,
): Promise<ActualRun> {
  const { device, printed } = acceleratorOf(env);
  const context = vta.buildConfig({ env, ...options });
  const f = vta.build(schedule, args, { env, context });
  const values = arrays.map(({ data, shape, dtype }) =>
    data === undefined ? nd.empty(shape, dtype, device) : nd.array(data, device),
  );
  try {
    printed.length = 0;
    vta.simulator.clearStats(device);
    device.queue.setDebugMode(DEBUG.DUMP_INSN | DEBUG.DUMP_UOP);
    await f(...values);
    return {
      outputs: new Map(arrays.map(({ name }, i) => [name, bytesOf(values[i]!)])),
      stats: { ...vta.simulator.stats(device) },
      dump: printed.join("").replace(/DRAM: 0x[0-9a-f]+/g, "DRAM: *"),
    };
  } finally {
    device.queue.setDebugMode(0);
    values.forEach((value) => value.free());
  }
}

/** The elements' bytes, little-endian. */
export function bytesOf(array: NDArray): Uint8Array {
  const { buffer, byteOffset, byteLength } = array.asTypedArray();
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
