/// <reference types="node" />
/** Reads `vta_config.json` from a path, or from the folder that `VTA_HW_PATH` names. */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "tvm-ts";
import { parseConfig, samples, type VtaConfig } from "../hardware";

/**
 * Reads a configuration.
 * @throws UsageError when there is no such file, or it is not a configuration
 */
export function readConfigFile(path: string): VtaConfig {
  const place = resolve(path);
  let text: string;
  try {
    text = readFileSync(place, "utf8");
  } catch (cause) {
    throw new UsageError(
      "vta-configuration",
      `no configuration can be read from ${place}: ${reason(cause)}`,
      { cause },
    );
  }
  try {
    return parseConfig(JSON.parse(text));
  } catch (cause) {
    throw new UsageError("vta-configuration", `${place}: ${reason(cause)}`, { cause });
  }
}

/**
 * The configuration that `vta.getEnv()` starts with: `$VTA_HW_PATH/config/vta_config.json`, or the
 * simulator's sample if the variable is not set.
 */
export function defaultConfig(): VtaConfig {
  const root = process.env["VTA_HW_PATH"];
  if (root === undefined || root === "") return samples.sim;
  return readConfigFile(join(root, "config", "vta_config.json"));
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
}
