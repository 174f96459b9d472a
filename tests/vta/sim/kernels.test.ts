import { expect, test } from "vitest";
import { buildKernels } from "../../../lib/vta/scripts/build-kernels.mjs";
import { kernelsBase64 } from "../../../lib/vta/src/sim/functional/kernels.generated";

test("the compiled kernels are those of the sources; if not: npm run kernels -w vta-ts", async () => {
  const built = /"([A-Za-z0-9+/=]*)"/g;
  const text = [...(await buildKernels()).matchAll(built)].map(([, line]) => line).join("");
  expect(text).toBe(kernelsBase64);
});
