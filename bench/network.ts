/** A whole network: ResNet-18 at 224 x 224 with the shipped records. */

import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { resnet, resnetImage } from "../tests/support/resnet";
import { timed, type BenchCase } from "./harness";

const MILLION = 1e6;

interface Prepared {
  readonly bytes: Uint8Array;
  readonly data: tvm.relay.HostTensor;
  readonly build: () => vta.network.RunnableNetwork;
  readonly built: vta.network.RunnableNetwork;
}

let prepared: Promise<Prepared> | undefined;

/** The network, built once for all cases. */
function prepare(): Promise<Prepared> {
  prepared ??= tvm.ready().then(() => {
    vta.simulator.hazardWarnings(false);
    const bytes = resnet();
    const data = tvm.relay.HostTensor.of(resnetImage(), [1, 3, 224, 224], "float32");
    const records = vta.explore.recordsOf("resnet18");
    const build = (): vta.network.RunnableNetwork =>
      vta.network.fromOnnx(bytes).quantize().pack().build({ records });
    return { bytes, data, build, built: build() };
  });
  return prepared;
}

function once(name: string, unit: string, measure: (network: Prepared) => number): BenchCase {
  return {
    name: `network/resnet18_${name}`,
    unit,
    better: "lower",
    run: async () => [measure(await prepare())],
  };
}

function seconds(body: () => unknown): number {
  const start = performance.now();
  body();
  return (performance.now() - start) / 1000;
}

const profileOf = ({ built, data }: Prepared): vta.Profile =>
  vta.profile(() => built.run({ data }), { values: false });

export const cases: readonly BenchCase[] = [
  once("build", "s", ({ build }) => seconds(build)),
  timed({
    name: "network/resnet18_run",
    async setUp() {
      const { built, data } = await prepare();
      return () => built.run({ data });
    },
  }),
  once("profile", "s", (network) => seconds(() => profileOf(network))),
  once("cycles", "million cycles", (network) => profileOf(network).cycles / MILLION),
];
