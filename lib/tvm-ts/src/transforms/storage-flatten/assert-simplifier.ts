/**
 * Removes assertions that hold.
 *
 *     assert((4 == 4), "..."); body  =>  body
 */

import { Feature, hasFeature, isOne, mutate } from "../../ir";
import type { FunctionPass } from "../../pass";
import { boundAnalyzer } from "../analysis/bound-analyzer";

export const assertSimplifier: FunctionPass = {
  name: "tir.AssertSimplifier",
  doc: "Removes assertions that hold.",
  run(func) {
    if (!hasFeature(func.body, Feature.Assert)) return func;
    const analyzer = boundAnalyzer(func.body);
    const body = mutate(func.body, {
      AssertStmt: (node, recur) =>
        isOne(analyzer.simplify(node.condition)) ? recur(node.body) : undefined,
    });
    return func.with({ body });
  },
};
