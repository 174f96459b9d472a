/**
 * Removes loops of one iteration, and converts bound loops to thread launches and `pragma_`
 * annotations to attributes, in functions that were not made from a schedule.
 *
 *     for (i, 3, 4) { for (t, 0, 8) "thread_binding" { A[i, t] = 0 } }
 *  => attr [IterVar(t, "threadIdx.x")] "thread_extent" = 8;  A[3, t] = 0
 */

import {
  attrKey,
  AttrStmt,
  cast,
  isOne,
  IterVar,
  mutate,
  Range,
  update,
  type Annotations,
  type For,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../ir";
import type { FunctionPass } from "../pass";
import { InternalError } from "../support";
import { isFromSchedule } from "./analysis/function";

export const lowerOpaqueBlock: FunctionPass = {
  name: "tir.LowerOpaqueBlock",
  doc: "Removes loops of one iteration and launches threads, outside of schedules.",
  run: (func) => (isFromSchedule(func) ? func : func.with({ body: lower(func.body) })),
};

const PRAGMA = "pragma_";

function lower(body: Stmt): Stmt {
  const single = new Map<Var, PrimExpr>();
  return mutate(body, {
    Var: (variable) => single.get(variable),
    For(node, recur) {
      const min = recur(node.min);
      const extent = recur(node.extent);
      const isSingle = isOne(extent) && Object.keys(node.annotations).length === 0;
      if (isSingle) single.set(node.loopVar, cast(node.loopVar.dtype, min));
      const inner = recur(node.body);
      if (node.forKind === "thread_binding") {
        return withPragmas(node, launch(node, min, extent, inner));
      }
      if (isSingle) return inner;
      const annotations = withoutPragmas(node.annotations);
      return withPragmas(node, update(node, { min, extent, body: inner, annotations }));
    },
  });
}

function launch(loop: For, min: PrimExpr, extent: PrimExpr, body: Stmt): Stmt {
  const tag = loop.threadBinding?.threadTag;
  if (tag === undefined)
    throw new InternalError(`loop ${loop.loopVar.name} is a thread-binding loop without a thread`);
  const thread = new IterVar(new Range(min, extent), loop.loopVar, "ThreadIndex", tag);
  const key = /^vthread(\.[xyz])?$/.test(tag) ? "virtual_thread" : "thread_extent";
  return new AttrStmt(thread, key, extent, body, loop.span);
}

function withPragmas({ loopVar, annotations, span }: For, stmt: Stmt): Stmt {
  const keys = Object.keys(annotations).filter((key) => key.startsWith(PRAGMA));
  return keys
    .sort()
    .reduceRight<Stmt>(
      (inner, key) => new AttrStmt(loopVar, attrKey(key), annotations[key]!, inner, span),
      stmt,
    );
}

function withoutPragmas(annotations: Annotations): Annotations {
  const kept = Object.entries(annotations).filter(([key]) => !key.startsWith(PRAGMA));
  return kept.length === Object.keys(annotations).length ? annotations : Object.fromEntries(kept);
}
