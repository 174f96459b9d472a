/**
 * The additional functions of a VTA server, with the names of TVM's
 * (`vta/python/vta/exec/rpc_server.py`, `vta/src/sim/sim_driver.cc`).
 */

import { UsageError, type ServedFunction } from "tvm-ts";
import { extDev, simulator } from "../api";
import { getEnv, setEnv } from "../compiler";
import { parseConfig, type TargetName } from "../hardware";

/** The functions for sessions with this process, by name. */
export function vtaServerFunctions(): Map<string, ServedFunction> {
  return new Map<string, ServedFunction>([
    ["vta.simulator.profiler_status", () => simulator.stats().toString()],
    ["vta.simulator.profiler_clear", () => simulator.clearStats()],
    ["vta.simulator.profiler_debug_mode", (skip) => simulator.skipExecution(Boolean(skip))],
    // Simulators have no FPGA: an uploaded bitstream is ignored.
    ["tvm.contrib.vta.init", () => undefined],
    ["tvm.contrib.vta.reconfig_runtime", (config) => reconfigure(config)],
  ]);
}

/**
 * Sets the current configuration from JSON. It takes effect immediately: the next array or call
 * uses a simulator of that configuration.
 * @throws UsageError when it is not a valid configuration
 */
function reconfigure(config: unknown): void {
  if (typeof config !== "string")
    throw new UsageError("rpc-server", "the configuration must be a JSON string");
  let fields: unknown;
  try {
    fields = JSON.parse(config);
  } catch {
    throw new UsageError("rpc-server", "the configuration is not valid JSON");
  }
  extDev().shutdown();
  setEnv(parseConfig(fields));
}

/** Selects the simulator of a target, with the current configuration. */
export function useTarget(target: TargetName): void {
  const { config } = getEnv();
  setEnv({ ...config, TARGET: target });
}
