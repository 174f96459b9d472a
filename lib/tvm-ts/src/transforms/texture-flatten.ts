/**
 * Removes the realizations of the function's arguments, which need no memory. (The pass is named after
 * textures, which no target here has.)
 *
 *     realize C: [32, 32] in [0:32, 0:32] { C[i, j] = ... }  =>  C[i, j] = ...
 */

import { Feature, hasFeature, mutate, type Buffer } from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError } from "../support";

export const textureFlatten: FunctionPass = {
  name: "tir.TextureFlatten",
  doc: "Removes the realizations of the function's arguments.",
  run(func) {
    if (!hasFeature(func.body, Feature.BufferRealize)) return func;
    const external = new Set<Buffer>(func.bufferMap.values());
    const body = mutate(func.body, {
      BufferRealize(realize, recur) {
        const { buffer } = realize;
        if (external.has(buffer)) return recur(realize.body);
        if (buffer.scope.includes("texture")) {
          throw new UsageError(
            "tir-storage-scope",
            `buffer ${buffer.name} is in scope "${buffer.scope}", but no target here has textures`,
            { span: realize.span },
          );
        }
        return undefined;
      },
    });
    return func.with({ body });
  },
};
