/**
 * A client and a server in two processes, over loopback: the latency of a call, and the throughput of a copy.
 */

import * as tvm from "tvm-ts";
import { startCommand } from "../tests/support/rpc-processes";
import { timed, type BenchCase } from "./harness";

const MEBIBYTE = 2 ** 20;
/** Bytes of the copied array. */
const COPIED = 64 * MEBIBYTE;
const MEASURED_COPIES = 15;

/** A case with a separate session. */
function withSession(
  scheme: "tcp" | "ws",
  run: (session: tvm.Session) => Promise<readonly number[]>,
): BenchCase["run"] {
  return async () => {
    const server = await startCommand("rpc-server", ["--sessions", "1"]);
    try {
      await tvm.ready();
      const session = await tvm.rpc.connect(`${scheme}://127.0.0.1:${server.port}`);
      const samples = await run(session);
      await session.close();
      return samples;
    } finally {
      await server.stop();
    }
  };
}

/** Calling a function that does nothing, from the call to its result. */
const emptyCall = (scheme: "tcp" | "ws"): BenchCase => ({
  name: `rpc/empty-call-${scheme}`,
  unit: "ms",
  better: "lower",
  run: withSession(scheme, async (session) => {
    const clear = await session.getFunction("vta.simulator.profiler_clear");
    return timed({ name: "empty call", setUp: () => clear }).run();
  }),
});

/** Copying an array to the server, or back. */
const copy = (scheme: "tcp" | "ws", direction: "in" | "out"): BenchCase => ({
  name: `rpc/copy-${direction}-${scheme}`,
  unit: "MB/s",
  better: "higher",
  run: withSession(scheme, async (session) => {
    const data = tvm.np.arange(COPIED / 4).astype("int32");
    const array = await tvm.nd.array(data, session.extDev(0));
    const samples: number[] = [];
    for (let i = 0; i < MEASURED_COPIES; i++) {
      const started = performance.now();
      if (direction === "in") await array.copyFrom(data);
      else await array.numpy();
      samples.push(COPIED / 1e3 / (performance.now() - started));
    }
    return samples.slice(3);
  }),
});

export const cases: BenchCase[] = (["tcp", "ws"] as const).flatMap((scheme) => [
  emptyCall(scheme),
  copy(scheme, "in"),
  copy(scheme, "out"),
]);
