/** How fast the analyzer simplifies. */

import {
  add,
  arith,
  constant,
  floorDiv,
  floorMod,
  lt,
  min,
  mul,
  Range,
  sub,
  Var,
  type PrimExpr,
} from "tvm-ts";
import { timed, type BenchCase } from "./harness";

const EXTENTS = [8, 16, 4, 32, 7];
const vars = EXTENTS.map((_, i) => new Var(`i${i}`));

function analyzer(): arith.Analyzer {
  const result = new arith.Analyzer();
  vars.forEach((v, i) => result.bind(v, new Range(constant(0), constant(EXTENTS[i]!))));
  return result;
}

/** Index expressions as schedules leave them behind. */
function indices(): PrimExpr[] {
  const [i, j, k, l, m] = vars as [Var, Var, Var, Var, Var];
  const tile = add(mul(add(mul(i, 16), j), 4), k);
  return [
    add(mul(add(mul(i, 16), j), 32), l),
    floorDiv(tile, 4),
    floorMod(tile, 64),
    lt(add(mul(i, 16), j), 100),
    min(16, sub(100, mul(i, 16))),
    add(add(mul(add(mul(i, 14), k), 224), mul(add(mul(j, 2), m), 16)), l),
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
        const names = Array.from({ length: terms }, (_, i) => new Var(`v${i}`));
        const sum = names.reduce<PrimExpr>((chain, v, i) => add(chain, add(v, i % 5)), constant(0));
        return () => new arith.Analyzer().simplify(sum);
      },
    }),
  ),
];
