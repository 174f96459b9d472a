/** Transposed convolutions whose tiles the unrolled loops do not divide read inputs of the other thread. */

import { beforeAll, expect, test } from "vitest";
import { nd, ready, te, tir, topi } from "tvm-ts";
import * as vta from "vta-ts";

beforeAll(ready);

const env = vta.getEnv();

/** The hazards of a transposed convolution of 5 x 5 images, on two threads. */
function hazardsOf(knobs: vta.topi.ConvKnobs) {
  const data = te.placeholder([1, 2, 5, 5, 1, 16], { name: "data", dtype: env.inpDtype });
  const kernel = te.placeholder([4, 2, 4, 4, 16, 16], { name: "kernel", dtype: env.wgtDtype });
  const sums = vta.topi.conv2dTransposePacked(data, kernel, {
    strides: 2,
    padding: 1,
    outDtype: env.accDtype,
  });
  const res = topi.cast(topi.rightShift(sums, 8), env.outDtype);
  const s = vta.topi.scheduleConv2dTransposePacked(res, knobs);
  const context = vta.buildConfig({ disabledPass: ["tir.CommonSubexprElimTIR"] });
  const f = vta.build(s, [data, kernel, res], { context });
  const arrays = [data, kernel, res].map((tensor) =>
    nd.empty(
      tensor.shape.map((extent) => tir.constIntValue(extent)!),
      tensor.dtype,
      vta.extDev(0),
    ),
  );
  return vta.profile(() => f(...arrays)).hazards;
}

test.each([
  { tileH: 5, tileW: 10, ocNthread: 2 },
  { tileH: 5, tileW: 10, hNthread: 2 },
])("a race of values that are not stored causes no warning: %o", (knobs) => {
  expect(hazardsOf(knobs)).toEqual([]);
});
