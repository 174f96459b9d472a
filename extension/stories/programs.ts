/** Programs for the stories of several views. */

import { te, tir } from "tvm-ts";

export interface Program {
  readonly schedule: te.Schedule;
  readonly args: te.Tensor[];
}

/** A tiled matrix product with a cache stage and every kind of loop. */
export function tiledMatmul(): Program {
  const n = 1000;
  const A = te.placeholder([n, n], { name: "A" });
  const B = te.placeholder([n, n], { name: "B" });
  const k = te.reduceAxis([0, n], "k");
  const C = te.compute([n, n], (i, j) => te.sum(A(i, k).mul(B(k, j)), k), "C");
  const s = te.createSchedule(C.op);
  const local = s.cacheWrite(C, "local");
  const [x, y] = C.op.axis as [tir.IterVar, tir.IterVar];
  const [xo, yo, , yi] = s.stage(C).tile(x, y, 32, 32);
  const tile = s.stage(C).fuse(xo, yo);
  s.stage(C).parallel(tile);
  s.stage(C).vectorize(yi);
  s.stage(local).computeAt(s.stage(C), tile);
  const [xc, yc] = local.op.axis as [tir.IterVar, tir.IterVar];
  const [ko, ki] = s.stage(local).split(local.op.reduceAxis[0]!, { factor: 4 });
  s.stage(local).reorder(ko, xc, ki, yc);
  s.stage(local).unroll(ki);
  return { schedule: s, args: [A, B, C] };
}

/** Two stages, the first inlined into the loops of the second; with a pragma. */
export function inlinedScaling(): Program {
  const A = te.placeholder([64], { name: "A" });
  const doubled = te.compute([64], (i) => A(i).mul(2), "doubled");
  const B = te.compute([64], (i) => doubled(i).add(1), "B");
  const s = te.createSchedule(B.op);
  s.stage(doubled).computeInline();
  const [outer] = s.stage(B).split((B.op.axis as [tir.IterVar])[0], { nparts: 4 });
  s.stage(B).pragma(outer, "auto_unroll_max_step", 16);
  return { schedule: s, args: [A, B] };
}
