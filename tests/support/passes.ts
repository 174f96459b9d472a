/** Runs single passes on handwritten statements. */

import { IRModule, pass, PassContext, tir } from "tvm-ts";

/** A function called `main` with these arguments. */
function functionOf(
  body: tir.Stmt,
  buffers: readonly tir.Buffer[] = [],
  attrs: tir.PrimFunc["attrs"] = {},
): tir.PrimFunc {
  const params = buffers.map(({ name }) => new tir.Var(name, "handle"));
  const bufferMap = new Map(params.map((param, i) => [param, buffers[i]!]));
  return new tir.PrimFunc(params, body, bufferMap, new Map(), attrs);
}

/** The result of a pass for a statement in a function with these arguments. */
export function run(
  one: pass.Pass,
  body: tir.Stmt,
  buffers: readonly tir.Buffer[] = [],
  context = new PassContext(),
): tir.Stmt {
  const module = pass.runPass(one, IRModule.of("main", functionOf(body, buffers)), context);
  return module.functions.get("main")!.body;
}

/** The text of a pass's result for a statement. */
export function textAfter(...args: Parameters<typeof run>): string {
  return tir.reprStmt(run(...args)).trimEnd();
}
