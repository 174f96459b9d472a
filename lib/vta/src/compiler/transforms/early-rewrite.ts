/** Shares on-chip memory between buffers before virtual threads multiply them. */

import { transforms, type pass } from "tvm-ts";

export const earlyRewrite: pass.Pass = {
  name: "tir.vta.EarlyRewrite",
  doc: "Shares on-chip memory between buffers before virtual threads multiply them.",
  passes: [transforms.storageRewrite],
};
