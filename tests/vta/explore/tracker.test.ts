/** A sweep on the servers of a tracker, one of which is killed during the sweep. */

import { afterAll, beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { eventually, startCommand, type RunningCommand } from "../../support/rpc-processes";

const { explore } = vta;
const running: RunningCommand[] = [];
let url: string;

beforeAll(async () => {
  await tvm.ready();
  const tracker = await startCommand("rpc-tracker");
  url = `tcp://127.0.0.1:${tracker.port}`;
  const args = ["--key", "vta", "--tracker", url, "--sessions", "1"];
  running.push(tracker, await startCommand("rpc-server", args));
  running.push(await startCommand("rpc-server", args));
  await using session = await tvm.rpc.connectTracker(url);
  await eventually(async () => (await session.summary()).queues[0]?.free === 2);
}, 120_000);
afterAll(async () => {
  await Promise.all(running.map((command) => command.stop()));
});

const space = () =>
  explore.template("dense_packed.vta", [
    ["TENSOR", [1, 64, 1, 16], "int8"],
    ["TENSOR", [24, 64, 16, 16], "int8"],
    null,
    "int32",
  ]);

async function cyclesOf(engine: vta.explore.Engine, onTrial = (): void => undefined) {
  const strategy = explore.randomSearch;
  const study = new explore.Study(space(), { strategy, seed: 5, budget: 8, engine, onTrial });
  await study.run();
  return study.trials
    .map(({ index, measures }) => [index, measures?.cycles])
    .sort(([a], [b]) => a! - b!);
}

test("measures what this thread measures, although one of two servers is lost", async () => {
  let trials = 0;
  const remote = await cyclesOf(explore.tracker({ url }), () => {
    if (++trials === 2) void running.pop()!.stop("SIGKILL");
  });
  expect(remote).toHaveLength(8);
  expect(remote).toEqual(await cyclesOf(explore.thisThread()));
}, 180_000);

test("lists the keys, if no server has the requested one", async () => {
  await expect(cyclesOf(explore.tracker({ url, key: "fpga" }))).rejects.toThrow(
    "has no server of the key 'fpga'; it has 'vta'",
  );
  expect(() => explore.tracker({ url, workers: 0 })).toThrow("workers is 0; it must be an integer");
});
