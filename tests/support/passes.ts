/** Running single passes on statements written by hand. */

import {
  IRModule,
  pass,
  PassContext,
  PrimFunc,
  reprStmt,
  Var,
  type Buffer,
  type Stmt,
} from "tvm-ts";

/** A function called `main` with these arguments. */
export function functionOf(
  body: Stmt,
  buffers: readonly Buffer[] = [],
  attrs: PrimFunc["attrs"] = {},
): PrimFunc {
  const params = buffers.map(({ name }) => new Var(name, "handle"));
  const bufferMap = new Map(params.map((param, i) => [param, buffers[i]!]));
  return new PrimFunc(params, body, bufferMap, new Map(), attrs);
}

/** What a pass makes of a statement in a function with these arguments. */
export function run(
  one: pass.Pass,
  body: Stmt,
  buffers: readonly Buffer[] = [],
  context = new PassContext(),
): Stmt {
  const module = pass.runPass(one, IRModule.of("main", functionOf(body, buffers)), context);
  return module.functions.get("main")!.body;
}

/** The text of what a pass makes of a statement. */
export function textAfter(...args: Parameters<typeof run>): string {
  return reprStmt(run(...args)).trimEnd();
}
