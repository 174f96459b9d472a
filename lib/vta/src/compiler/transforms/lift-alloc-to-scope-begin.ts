/**
 * Moves allocations to the start of the loop, the virtual thread or the function they are in, so that none
 * separates an attribute from the statements it could be merged with.
 *
 *     for (i, 0, 4) { a  allocate(B); { b } }
 *  => for (i, 0, 4) { allocate(B); { a  b } }
 */

import { tir, type pass } from "tvm-ts";

export const liftAllocToScopeBegin: pass.FunctionPass = {
  name: "tir.vta.LiftAllocToScopeBegin",
  doc: "Moves allocations to the start of the loop, virtual thread or function they are in.",
  run: (func) => func.with({ body: lift(func.body) }),
};

function lift(body: tir.Stmt): tir.Stmt {
  /** The allocations of the open scope, innermost first. */
  let lifted: tir.Allocate[] = [];

  const ownScope = (stmt: tir.Stmt, recur: tir.Recur): tir.Stmt => {
    const outer = lifted;
    lifted = [];
    const inner = recur(stmt);
    const result = lifted.reduce<tir.Stmt>(
      (rest, allocate) => tir.update(allocate, { body: rest }),
      inner,
    );
    lifted = outer;
    return result;
  };

  const rewrite = tir.mutator({
    Allocate(allocate, recur) {
      const rest = recur(allocate.body);
      lifted.push(allocate);
      return rest;
    },
    For: (loop, recur) => tir.update(loop, { body: ownScope(loop.body, recur) }),
    AttrStmt(attr, recur) {
      if (attr.key !== "virtual_thread") return undefined;
      return tir.update(attr, { body: ownScope(attr.body, recur) });
    },
  });
  return ownScope(body, rewrite);
}
