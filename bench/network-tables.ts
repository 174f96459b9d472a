/**
 * `npx tsx --tsconfig bench/tsconfig.json bench/network-tables.ts [18|34] [SEARCH]`: the cost of each layer
 * of a ResNet, as in docs/networks.md. SEARCH is the number of configurations to measure for each function.
 */

import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { resnet, resnetImage } from "../tests/support/resnet";

async function main(): Promise<void> {
  await tvm.ready();
  vta.simulator.hazardWarnings(false);
  const [layers = "18", search = "0"] = process.argv.slice(2);
  const network = vta.network.fromOnnx(resnet({ layers: layers === "34" ? 34 : 18 }));
  const records = vta.explore.recordsOf("resnet18");
  const built = network
    .quantize()
    .pack()
    .build({ records, search: Number(search) });
  const data = tvm.relay.HostTensor.of(resnetImage(), [1, 3, 224, 224], "float32");
  console.log(built.costs({ data }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
