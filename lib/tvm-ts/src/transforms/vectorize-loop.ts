/**
 * Converts vectorized loops to operations on vectors.
 *
 *     for (j, 0, 4) "vectorized" { B[i*4 + j] = A[i*4 + j] + 1f32 }
 *  => B[ramp(i*4, 1, 4)] = A[ramp(i*4, 1, 4)] + broadcast(1f32, 4)
 *
 * A statement without a vector form becomes a serial loop.
 */

import {
  Feature,
  hasFeature,
  isZero,
  mutator,
  printExpr,
  update,
  type For,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError } from "../support";
import { Vectorizer } from "./vectorizer";

export const vectorizeLoop: FunctionPass = {
  name: "tir.VectorizeLoop",
  doc: "Converts vectorized loops to operations on vectors.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.VectorizedLoop)) return func;
    const body = context.option("tir.disable_vectorize")
      ? runSerially(func.body)
      : vectorize(func.body);
    return func.with({ body });
  },
};

function runSerially(body: Stmt): Stmt {
  return mutator({
    For: (loop, recur) =>
      loop.forKind === "vectorized"
        ? update(recur.children(loop), { forKind: "serial" })
        : undefined,
  })(body);
}

function vectorize(body: Stmt): Stmt {
  return mutator({
    For(loop) {
      if (loop.forKind !== "vectorized") return undefined;
      return new Vectorizer(loop.loopVar, lanesFor(loop)).stmt(loop.body);
    },
  })(body);
}

function lanesFor(loop: For): number {
  const { extent, min, span } = loop;
  if (extent.kind === "IntImm" && extent.value >= 1 && isZero(min)) return extent.value;
  throw new UsageError(
    "te-vectorize",
    `loop ${loop.loopVar.name} cannot be vectorized: it runs from ${printExpr(min)} over ` +
      `${printExpr(extent)} iterations, but must start at 0 and have a constant extent; split it ` +
      `by a constant factor and vectorize the inner axis`,
    { span },
  );
}
