/**
 * Gives all loops bound to one thread index the same variable, and launches the threads of a kernel
 * around everything it does; in functions that were not made from a schedule.
 *
 *     for (i, 0, 4) "threadIdx.x" { A[i] = 0 }  for (j, 0, 4) "threadIdx.x" { B[j] = 0 }
 *  => for (threadIdx.x, 0, 4) "thread_binding" { A[threadIdx.x] = 0 }  ... { B[threadIdx.x] = 0 }
 */

import { factlessAnalyzer } from "../arith";
import {
  cast,
  For,
  IterVar,
  mutator,
  printExpr,
  Range,
  Var,
  type AttrStmt,
  type PrimExpr,
  type Recur,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";
import { InternalError, UsageError } from "../support";
import { isFromSchedule } from "./analysis/function";
import { isThread } from "./analysis/narrow-types";

export const unifyThreadBinding: FunctionPass = {
  name: "tir.UnifyThreadBinding",
  doc: "Gives all loops bound to one thread index the same variable, outside of schedules.",
  run: (func) => (isFromSchedule(func) ? func : func.with({ body: unify(func.body) })),
};

function unify(body: Stmt): Stmt {
  const values = new Map<Var, PrimExpr>();
  /** The threads of the current kernel, by tag, in the order in which they occur. */
  let kernel: Map<string, IterVar> | undefined;

  const threadFor = (tag: string, range: Range, span: Stmt["span"]): IterVar => {
    const threads = kernel!;
    const existing = threads.get(tag);
    if (existing === undefined) {
      const thread = new IterVar(range, new Var(tag, range.extent.dtype), "ThreadIndex", tag, span);
      threads.set(tag, thread);
      return thread;
    }
    const { min, extent } = existing.dom!;
    if (
      factlessAnalyzer().canProveEqual(range.min, min) &&
      factlessAnalyzer().canProveEqual(range.extent, extent)
    ) {
      return existing;
    }
    throw new UsageError(
      "te-bind",
      `loops bound to ${tag} must have the same extent, but there are ${printExpr(extent)} ` +
        `and ${printExpr(range.extent)}`,
      { span },
    );
  };

  const bind = (
    stmt: For | AttrStmt,
    variable: Var,
    tag: string,
    range: Range,
    recur: Recur,
  ): Stmt => {
    const isOutermost = kernel === undefined;
    kernel ??= new Map();
    const thread = threadFor(tag, range, stmt.span);
    values.set(variable, cast(variable.dtype, thread.var_));
    const inner = recur(stmt.body);
    if (!isOutermost) return inner;
    const launched = [...kernel.values()].reduceRight(launch, inner);
    kernel = undefined;
    return launched;
  };

  return mutator({
    Var: (variable) => values.get(variable),
    For(loop, recur) {
      if (loop.forKind !== "thread_binding") return undefined;
      const tag = loop.threadBinding?.threadTag;
      if (tag === undefined) {
        throw new InternalError(
          `loop ${loop.loopVar.name} is a thread-binding loop without a thread`,
        );
      }
      return bind(loop, loop.loopVar, tag, new Range(loop.min, loop.extent), recur);
    },
    AttrStmt(attr, recur) {
      if (!isThread(attr.key)) return undefined;
      const { var_, threadTag, dom } = attr.node as IterVar;
      const range = dom ?? new Range(cast(attr.value.dtype, 0), attr.value);
      return bind(attr, var_, threadTag, range, recur);
    },
  })(body);
}

function launch(body: Stmt, thread: IterVar): Stmt {
  const { min, extent } = thread.dom!;
  const binding = new IterVar(undefined, new Var(""), "ThreadIndex", thread.threadTag);
  return new For(thread.var_, min, extent, "thread_binding", body, binding);
}
