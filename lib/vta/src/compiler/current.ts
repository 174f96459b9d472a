/**
 * The environment in force: what `vta.getEnv()` returns, and how to change it permanently or for one call.
 */

import { UsageError, withCleanup } from "tvm-ts";
import { samples, type VtaConfig } from "../hardware";
import { Environment } from "./environment";

let current: Environment | undefined;
let firstConfig: () => VtaConfig = () => samples.sim;

/** The environment in force; made from the default configuration on first use. */
export function getEnv(): Environment {
  return (current ??= new Environment(firstConfig()));
}

/**
 * Puts an environment, or the environment of a configuration, in force.
 * @example
 * const before = vta.getEnv();
 * vta.setEnv({ ...before.config, LOG_BLOCK: 5 }).BLOCK_OUT // => 32
 * vta.setEnv(before);
 */
export function setEnv(env: Environment | VtaConfig): Environment {
  return (current = env instanceof Environment ? env : new Environment(env));
}

/**
 * Sets the configuration that `getEnv()` starts with. A host with files passes the one that `VTA_HW_PATH`
 * names. No effect once an environment is in force.
 */
export function setDefaultConfig(read: () => VtaConfig): void {
  firstConfig = read;
}

/**
 * Runs `body` with another environment in force, and restores the previous environment, also after an error.
 * `body` must be synchronous: while it waited, other code would see its environment.
 * @example
 * const { config } = vta.getEnv();
 * vta.withEnvironment({ ...config, LOG_BATCH: 1 }, (env) => env.BATCH) // => 2
 * vta.getEnv().BATCH // => 1
 */
export function withEnvironment<T>(env: Environment | VtaConfig, body: (env: Environment) => T): T {
  const before = current;
  const run = (): T => {
    const result = body(setEnv(env));
    if (result instanceof Promise) {
      throw new UsageError(
        "vta-configuration",
        "withEnvironment takes a synchronous function; pass the environment along, or use setEnv",
      );
    }
    return result;
  };
  return withCleanup(run, () => (current = before));
}
