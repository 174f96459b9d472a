/** The speed of the analyzer's simplification. */

import { arith, tir } from "tvm-ts";
import { timed, type BenchCase } from "./harness";

const EXTENTS = [8, 16, 4, 32, 7];
const vars = EXTENTS.map((_, i) => new tir.Var(`i${i}`));

function analyzer(): arith.Analyzer {
  const result = new arith.Analyzer();
  vars.forEach((v, i) => result.bind(v, new tir.Range(tir.constant(0), tir.constant(EXTENTS[i]!))));
  return result;
}

/** Index expressions of lowered schedules. */
function indices(): tir.PrimExpr[] {
  const [i, j, k, l, m] = vars as [tir.Var, tir.Var, tir.Var, tir.Var, tir.Var];
  const tile = tir.add(tir.mul(tir.add(tir.mul(i, 16), j), 4), k);
  return [
    tir.add(tir.mul(tir.add(tir.mul(i, 16), j), 32), l),
    tir.floorDiv(tile, 4),
    tir.floorMod(tile, 64),
    tir.lt(tir.add(tir.mul(i, 16), j), 100),
    tir.min(16, tir.sub(100, tir.mul(i, 16))),
    tir.add(
      tir.add(tir.mul(tir.add(tir.mul(i, 14), k), 224), tir.mul(tir.add(tir.mul(j, 2), m), 16)),
      l,
    ),
  ];
}

export const cases: BenchCase[] = [
  timed({
    name: "arith/simplify_index",
    unit: "us",
    convert: (milliseconds) => (milliseconds * 1000) / indices().length,
    setUp: () => () => {
      const known = analyzer();
      for (const index of indices()) known.simplify(index);
    },
  }),
  ...[1000, 2000, 4000, 8000].map((terms) =>
    timed({
      name: `arith/simplify_sum_${terms}`,
      setUp() {
        const names = Array.from({ length: terms }, (_, i) => new tir.Var(`v${i}`));
        const sum = names.reduce<tir.PrimExpr>(
          (chain, v, i) => tir.add(chain, tir.add(v, i % 5)),
          tir.constant(0),
        );
        return () => new arith.Analyzer().simplify(sum);
      },
    }),
  ),
];
