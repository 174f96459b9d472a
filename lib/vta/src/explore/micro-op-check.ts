/**
 * Whether the micro-op kernels of a lowered function can be recorded, told from its loops.
 *
 * The rule is the runtime's: a micro-op must not write an accumulator element that one of the two
 * before it in its kernel writes.
 */

import { arith, tir } from "tvm-ts";
import { vtaOps } from "../compiler";
import type { Refusal } from "./verdict";

/** Where a micro-op's accumulator index stands among the operands of `uop_push`. */
const DESTINATION = 2;
/** How many micro-ops before it must write other elements. */
const WRITE_BACK = 2;

/** The first kernel of `func` that the runtime refuses to record; undefined when there is none. */
export function microOpRefusal(func: tir.PrimFunc, uopDepth: number): Refusal | undefined {
  let found: Refusal | undefined;
  tir.walk(func.body, {
    AttrStmt({ key, body }) {
      if (key === "coproc_uop_scope") found ??= kernelRefusal(body, uopDepth);
    },
  });
  return found;
}

function kernelRefusal(kernel: tir.Stmt, uopDepth: number): Refusal | undefined {
  const destinations = destinationsOf(kernel);
  if (destinations.length > uopDepth) {
    return {
      cause: "micro-ops",
      reason:
        `a kernel has ${destinations.length} micro-ops, and their memory has room for ${uopDepth}; ` +
        `use smaller tiles`,
    };
  }
  for (const [i, destination] of destinations.entries()) {
    if (!destinations.slice(Math.max(0, i - WRITE_BACK), i).includes(destination)) continue;
    return {
      cause: "micro-ops",
      reason:
        `micro-op ${i} of a kernel writes the accumulator element that one of the two before it ` +
        `writes; use tiles with more rows or channels`,
    };
  }
  return undefined;
}

/** The accumulator elements that a kernel's micro-ops write, relative to the first, in order. */
function destinationsOf(kernel: tir.Stmt): number[] {
  const destinations: number[] = [];
  const loops: tir.Var[] = [];
  const counts: number[] = [];
  const push = (call: tir.Call): void => {
    const index = call.args[DESTINATION]!;
    // Loops around the kernel move all its micro-ops alike: they count as 0.
    const outer = new Set<tir.Var>();
    tir.walk(index, { Var: (variable) => void outer.add(variable) });
    for (const loop of loops) outer.delete(loop);
    const terms = arith.detectLinearEquation(index, [...loops, ...outer]);
    const constants = terms?.map((term) => tir.constIntValue(term));
    if (constants === undefined || constants.includes(undefined)) return;
    const base = constants.at(-1) ?? tir.constIntValue(index)!;
    destinations.push(counts.reduce((sum, count, i) => sum + constants[i]! * count, base));
  };
  const visit = (stmt: tir.Stmt): void => {
    switch (stmt.kind) {
      case "For": {
        const extent = tir.constIntValue(stmt.extent) ?? 0;
        loops.push(stmt.loopVar);
        for (let i = 0; i < extent; i++) {
          counts.push(i);
          visit(stmt.body);
          counts.pop();
        }
        loops.pop();
        return;
      }
      case "SeqStmt":
        stmt.seq.forEach(visit);
        return;
      case "AttrStmt":
        visit(stmt.body);
        return;
      case "Evaluate":
        if (stmt.value.kind === "Call" && stmt.value.op === vtaOps.uopPush) push(stmt.value);
        return;
      default:
        return;
    }
  };
  visit(kernel);
  return destinations;
}
