/**
 * The functions that a VTA server has beside those of every RPC server, under the names of TVM's
 * (`vta/python/vta/exec/rpc_server.py`, `vta/src/sim/sim_driver.cc`).
 */

import { UsageError, type ServedFunction } from "tvm-ts";
import { extDev, simulator } from "../api";
import { getEnv, setEnv } from "../compiler";
import { parseConfig, type TargetName } from "../hardware";

/** The functions, by name, as sessions with this process find them. */
export function vtaServerFunctions(): Map<string, ServedFunction> {
  return new Map<string, ServedFunction>([
    ["vta.simulator.profiler_status", () => simulator.stats().toString()],
    ["vta.simulator.profiler_clear", () => simulator.clearStats()],
    ["vta.simulator.profiler_debug_mode", (skip) => simulator.skipExecution(Boolean(skip))],
    // Simulators have no FPGA to program: a bitstream that was uploaded is left where it is.
    ["tvm.contrib.vta.init", () => undefined],
    ["tvm.contrib.vta.reconfig_runtime", (config) => reconfigure(config)],
  ]);
}

/**
 * Puts a configuration in force, as JSON. It takes effect at once: the next array or call is on a
 * simulator of that configuration.
 * @throws UsageError when it is not a configuration, or no hardware can have it
 */
function reconfigure(config: unknown): void {
  if (typeof config !== "string")
    throw new UsageError("rpc-server", "a configuration is needed as JSON text");
  let fields: unknown;
  try {
    fields = JSON.parse(config);
  } catch {
    throw new UsageError("rpc-server", "the configuration is not JSON");
  }
  extDev().shutdown();
  setEnv(parseConfig(fields));
}

/** Puts the simulator of a target in force, in the configuration that is. */
export function useTarget(target: TargetName): void {
  const { config } = getEnv();
  setEnv({ ...config, TARGET: target });
}
