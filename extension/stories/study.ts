/** A study of a convolution, from the shipped records. */

import * as vta from "vta-ts";
import type { Story } from "./story";

/** Made on request, because building programs needs the loaded library. */
export function studyStories(): readonly Story[] {
  const space = vta.explore.template("conv2d_packed.vta", [
    ["TENSOR", [1, 32, 7, 7, 1, 16], "int8"],
    ["TENSOR", [32, 32, 3, 3, 16, 16], "int8"],
    ...[[1, 1], [1, 1, 1, 1], [1, 1], "NCHW1n16c", "int32"],
  ]);
  const study = new vta.explore.Study(space, { records: vta.explore.recordsOf("resnet18") });
  return [{ id: "study", source: "study", bundle: vta.view.studyBundle(study) }];
}
