/** The accelerator of this process for each `TARGET` of a configuration. */

import { runtime } from "tvm-ts";
import type { Accelerator, Dram } from "../accelerator";
import type { Environment } from "../compiler";
import { AcceleratorDevice, type CommandQueueOptions, type MakeAccelerator } from "../runtime";
import { hostWorkOf, hostWorkWarning } from "./host-work";
import { CycleSimulator, FunctionalSimulator } from "../sim";

/**
 * The simulator for an environment: of values and cycles for `tsim`; of values for `sim` and for boards.
 */
export function makeAccelerator(env: Environment, dram: Dram): Accelerator {
  if (env.TARGET === "tsim") return new CycleSimulator(env, dram);
  return new FunctionalSimulator(env, dram);
}

export interface VtaDeviceOptions extends CommandQueueOptions {
  /** Makes the accelerator; chosen by the environment's `TARGET` if left out. */
  readonly makeAccelerator?: MakeAccelerator<Environment>;
}

/** An accelerator of this process, with the environment of its programs. */
export class VtaDevice extends AcceleratorDevice<Environment> implements runtime.Device {
  constructor(id: number, env: Environment, options: VtaDeviceOptions = {}) {
    super(id, env, options.makeAccelerator ?? makeAccelerator, options);
  }
  /** Makes compiled functions callable in the device's DRAM. */
  load(artifact: runtime.Artifact, linked: runtime.Linked): runtime.Executable {
    const idle = hostWorkOf(artifact.record);
    if (idle !== undefined) console.warn(hostWorkWarning(artifact.record.entry, idle));
    return runtime.loadWasm(this, artifact, linked);
  }
}
