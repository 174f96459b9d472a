/** Networks whose accelerator is a server's, in a separate process. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCommand, type RunningCommand } from "../support/rpc-processes";

const workdir = mkdtempSync(join(tmpdir(), "rpc-network-"));
const folder = new URL("../../notebooks/tutorials/network/", import.meta.url);
let server: RunningCommand;

beforeAll(async () => {
  await tvm.ready();
  server = await startCommand("rpc-server", ["--key", "k", "--workdir", workdir]);
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(workdir, { recursive: true });
});

/** The trained network, and digit `i` as it was trained. */
function digits(target: vta.TargetName): {
  readonly built: vta.network.RunnableNetwork;
  readonly image: (i: number) => tvm.relay.HostTensor;
} {
  const { pixels } = JSON.parse(readFileSync(new URL("digits.json", folder), "utf8")) as {
    pixels: string;
  };
  const bytes = Buffer.from(pixels, "base64");
  const image = (i: number): tvm.relay.HostTensor => {
    const values = Array.from(bytes.subarray(i * 64, (i + 1) * 64), (pixel) => pixel / 8 - 1);
    return tvm.relay.HostTensor.of(values, [1, 1, 8, 8], "float32");
  };
  const file = new Uint8Array(readFileSync(new URL("digits.onnx", folder)));
  const dataset = [0, 1, 2, 3].map((i) => ({ image: image(i) }));
  const env = new vta.Environment({ ...vta.getEnv().config, TARGET: target });
  vta.setEnv(env);
  const network = vta.network.fromOnnx(file).quantize({ calibrateMode: "max", dataset });
  return { built: network.pack({ env }).build({ env }), image };
}

test.each(["sim", "tsim"] as const)(
  "the trained network runs on a server's %s with the logits, layers and counters of a local run",
  async (target) => {
    const { built, image } = digits(target);
    await using remote = await tvm.rpc.connect("127.0.0.1", server.port, { key: "k" });
    await vta.reconfigRuntime(remote);
    const call = async (name: string): Promise<unknown> => (await remote.getFunction(name))();
    const there = await built.sendTo(remote);
    for (const i of [0, 1]) {
      vta.simulator.clearStats();
      const layers: unknown[] = [];
      const wanted = built.run({ image: image(i) }, ({ value }) => layers.push(value.data));
      await call("vta.simulator.profiler_clear");
      const { logits } = await there.run({ image: image(i) });
      expect(logits!.data).toEqual(wanted["logits"]!.data);
      const counters = JSON.parse((await call("vta.simulator.profiler_status")) as string);
      expect(counters).toEqual(JSON.parse(vta.simulator.stats().toString()));
      expect(Object.values<number>(counters).some((count) => count > 0)).toBe(true);
      const remoteLayers: unknown[] = [];
      await there.run({ image: image(i) }, ({ value }) => remoteLayers.push(value.data));
      expect(remoteLayers).toEqual(layers);
    }
    await there.free();
    await expect(there.run({ image: image(0) })).rejects.toThrow("has been freed");
  },
  120_000,
);

test("the session may be this process; an input that does not fit is named", async () => {
  const { built, image } = digits("sim");
  await using there = await built.sendTo(tvm.rpc.localSession());
  const { logits } = await there.run({ image: image(3) });
  expect(logits!.data).toEqual(built.run({ image: image(3) })["logits"]!.data);
  await expect(there.run({ picture: image(3) })).rejects.toThrow("no input 'picture'");
});
