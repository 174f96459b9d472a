/** Sets up a board: its configuration and its bitstream. */

import { UsageError, type Session } from "tvm-ts";
import { getEnv } from "../compiler";
import { bitstreamCachePath, bitstreamUrl } from "../hardware";

/** The search path of bitstreams. */
export interface BitstreamCache {
  /** `$VTA_CACHE_PATH`, or `~/.vta_cache`. */
  directory(): string;
  exists(path: string): boolean;
}

export interface BoardFunctions {
  /** Rebuilds a server's runtime for the current environment. */
  reconfigRuntime(remote: Session): Promise<void>;
  /**
   * Programs a server's FPGA. Untested on hardware.
   * @param bitstream a file; the cached one of the environment's configuration if left out
   * @throws UsageError when it is not in the cache; bitstreams are not downloaded
   */
  programFpga(remote: Session, bitstream?: string): Promise<void>;
}

export function boardFunctions(cache: BitstreamCache): BoardFunctions {
  return {
    async reconfigRuntime(remote) {
      const reconfigure = await remote.getFunction("tvm.contrib.vta.reconfig_runtime");
      await reconfigure(JSON.stringify(getEnv().config));
      await reconfigure.free();
    },
    async programFpga(remote, bitstream) {
      const env = getEnv();
      const path = bitstream ?? bitstreamCachePath(env.config, cache.directory());
      if (!cache.exists(path)) {
        if (bitstream !== undefined)
          throw new UsageError("rpc-bitstream", `the bitstream ${path} does not exist`);
        // Simulators need no bitstream, and de10nano boards are programmed beforehand.
        if (["sim", "tsim", "de10nano"].includes(env.TARGET)) return;
        throw new UsageError(
          "rpc-bitstream",
          `there is no bitstream for ${env.MODEL}, hardware version ${env.HW_VER}: ${path} does not ` +
            `exist; put it there, from ${bitstreamUrl(env.config)} or your own synthesis`,
        );
      }
      const program = await remote.getFunction("tvm.contrib.vta.init");
      await remote.upload(path);
      await program(path.split(/[\\/]/).pop()!);
      await program.free();
    },
  };
}
