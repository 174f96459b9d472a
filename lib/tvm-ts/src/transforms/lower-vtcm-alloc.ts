/**
 * In the reference, converts allocations of a Hexagon's tightly coupled memory to run-time calls. No
 * target here has such a memory, so this pass refuses them.
 *
 *     allocate(B: Pointer(global.vtcm float32), ...)  =>  refused
 */

import { Feature, hasFeature, walk } from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError } from "../support";

export const lowerVtcmAlloc: FunctionPass = {
  name: "tir.LowerVtcmAlloc",
  doc: "Refuses allocations in the memory of a Hexagon, which no target here has.",
  run(func) {
    if (!hasFeature(func.body, Feature.Allocate)) return func;
    walk(func.body, {
      BufferStore: () => false,
      Evaluate: () => false,
      Allocate({ bufferVar, span }) {
        if (!bufferVar.pointer?.scope.includes("global.vtcm")) return;
        throw new UsageError(
          "tir-storage-scope",
          `buffer ${bufferVar.name} is in scope "${bufferVar.pointer.scope}", which only a ` +
            `Hexagon has; use "global"`,
          { span },
        );
      },
    });
    return func;
  },
};
