/**
 * StorageFlatten: converts multi-dimensional buffers, their views and realized regions to flat memory,
 * in steps that each produce a complete program.
 */

import type { Sequential } from "../../pass";
import { isFromSchedule } from "../analysis/function";
import { applyLayoutTransforms } from "./apply-layout-transforms";
import { assertSimplifier } from "./assert-simplifier";
import { bufferBindUnwrapper } from "./buffer-bind-unwrapper";
import { bufferShapeLegalize } from "./buffer-shape-legalize";
import { bufferStrideLegalize } from "./buffer-stride-legalize";
import { storageFlattener } from "./storage-flattener";
import { threadScopePropagate } from "./thread-scope-propagate";

/**
 * Only for functions made from a schedule; FlattenBuffer handles the others.
 * @param cacheLineSize Bytes loaded by one prefetch.
 */
export function storageFlatten(cacheLineSize: number): Sequential {
  const steps: Sequential = {
    name: "tir.StorageFlatten_impl",
    doc: "The steps of StorageFlatten.",
    passes: [
      bufferShapeLegalize,
      bufferStrideLegalize,
      threadScopePropagate,
      bufferBindUnwrapper,
      applyLayoutTransforms,
      storageFlattener(cacheLineSize),
      assertSimplifier,
    ],
  };
  return {
    name: "tir.StorageFlatten",
    doc: "Turns buffers of several dimensions and views of them into flat memory.",
    passes: [steps],
    perFunction: { as: "dummy_func", when: isFromSchedule },
  };
}
