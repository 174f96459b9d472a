/**
 * Networks on the accelerator against what the reference made of them: the packed text, the fused
 * functions, the logits, and what the simulator counted.
 */

import { ready } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";
import { inputOf, networkGolden, NETWORK_NAMES, onnxBytes } from "../support/network-golden";

beforeAll(ready);

test.each(NETWORK_NAMES)("%s is packed and runs on the accelerator as recorded", (name) => {
  const golden = networkGolden(name);
  const quantized = vta.network.fromOnnx(onnxBytes(name)).quantize({
    globalScale: golden.qconfig.global_scale,
    skipConvLayers: golden.qconfig.skip_conv_layers,
  });
  const packed = quantized.pack();
  expect(packed.toString()).toBe(golden.packed);

  const built = packed.build();
  expect(built.functions.map((one) => one.name)).toEqual(golden.vta.functions);

  const inputs = { data: inputOf(golden) };
  vta.simulator.clearStats();
  const { logits } = built.run(inputs);
  const expected = quantized.run(inputs)["logits"]!;
  expect(logits!.toArray()).toEqual(expected.toArray());
  expect(vta.simulator.stats()).toEqual(golden.vta.stats);
});
