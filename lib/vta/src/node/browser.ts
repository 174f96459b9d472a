/** What stands in for this folder in a browser, which has neither files nor environment variables. */

import { UsageError } from "tvm-ts";
import { samples, type VtaConfig } from "../hardware";

export function readConfigFile(path: string): VtaConfig {
  throw new UsageError(`${path} cannot be read here; pass the configuration itself to setEnv`);
}

export function defaultConfig(): VtaConfig {
  return samples.sim;
}
