/** The accelerators of this process: simulators, one for each configuration and number. */

import { getEnv, type Environment } from "../compiler";
import { makeAccelerator, VtaDevice } from "./accelerators";
import { warningOfHazards } from "./hazard-warnings";

const devices = new Map<string, VtaDevice>();

/**
 * The simulated accelerator of an environment; the same object each time. Accelerators of different
 * configurations exist at the same time and are independent.
 */
export function extDev(id = 0, env: Environment = getEnv()): VtaDevice {
  const key = JSON.stringify([id, env.config]);
  let device = devices.get(key);
  if (device === undefined) {
    device = new VtaDevice(id, env, {
      makeAccelerator: (made, dram) => warningOfHazards(made, makeAccelerator(made, dram)),
    });
    devices.set(key, device);
  }
  return device;
}
