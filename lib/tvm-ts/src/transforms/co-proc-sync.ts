/**
 * Makes the units of a co-processor wait for one another, and the host for all of them.
 *
 *     { attr [v] "coproc_scope" = 1 { load }  attr [v] "coproc_scope" = 2 { compute } }
 *  => { ...1 { load push(1, 2) }  ...2 { pop(1, 2) compute } }  sync()
 *
 * Each unit executes its own instructions in order; between units only tokens order instructions:
 * `push` at the end of the earlier region, `pop` at the start of the later one.
 */

import {
  Feature,
  hasFeature,
  builtin,
  Call,
  Evaluate,
  flattenSeq,
  forEachChild,
  IntImm,
  isStmt,
  mapChildren,
  scopeOfPointer,
  walk,
  type IterVar,
  type Node,
  type Op,
  type Stmt,
  type Var,
} from "../ir";
import type { FunctionPass } from "../pass";
import { InternalError, UsageError } from "../support";
import { DependencePlanner, type TokenAction } from "./co-proc-dependences";

/** The co-processor's operators. */
export interface CoProcOps {
  /** `()`: waits until everything is done. */
  readonly sync: Op;
  /** `(from, to)`: a token from one unit to another. */
  readonly depPush: Op;
  readonly depPop: Op;
}

export function coProcSync(ops: CoProcOps): FunctionPass {
  return {
    name: "tir.CoProcSync",
    doc: "Makes the units of a co-processor wait for one another, and the host for all of them.",
    run(func) {
      if (!hasFeature(func.body, Feature.CoProcScope)) return func;
      return func.with({ body: synchronize(func.body, ops) });
    },
  };
}

function synchronize(body: Stmt, ops: CoProcOps): Stmt {
  const axis = coProcAxis(body);
  checkSharing(body);
  const planner = new DependencePlanner(axis);
  planner.plan(body);

  const call = (op: Op, args: readonly number[]): Stmt =>
    new Evaluate(
      new Call(
        "int32",
        op,
        args.map((arg) => new IntImm(arg)),
      ),
    );
  const tokens = (actions: readonly TokenAction[] = []): Stmt[] =>
    actions.map(({ action, token }) => call(action === "push" ? ops.depPush : ops.depPop, token));

  const insert = (stmt: Stmt): Stmt => {
    const result = mapChildren(stmt, (child) => (isStmt(child) ? insert(child) : child));
    const before = tokens(planner.before.get(stmt));
    const after = tokens(planner.after.get(stmt));
    // The host waits directly after the body, before the remaining tokens.
    if (stmt === body) after.unshift(call(ops.sync, []));
    const isFlat = result.kind !== "SeqStmt" || result.seq.every((s) => s.kind !== "SeqStmt");
    if (isFlat && before.length + after.length === 0) return result;
    return flattenSeq(...before, result, ...after);
  };
  return insert(body);
}

/** The co-processor of all scopes. */
function coProcAxis(body: Stmt): IterVar {
  const axes = new Set<IterVar>();
  walk(body, {
    AttrStmt(attr) {
      if (attr.key === "coproc_scope") axes.add(attr.node as IterVar);
    },
  });
  const [axis, ...others] = axes;
  if (axis === undefined || others.length > 0) {
    throw new InternalError(`a function can use only one co-processor, not ${axes.size}`);
  }
  return axis;
}

/**
 * Refuses memory that both sides access: it would need operators for coherence, which no target has.
 * (Transfers of whole buffers do not count: the co-processor orders them itself.)
 * @throws UsageError where one side reads what the other writes.
 */
function checkSharing(body: Stmt): void {
  const access = new Map<Var, { host: Access; coProc: Access; span: Stmt["span"] }>();
  const note = (pointer: Var, kind: keyof Access, inScope: boolean, span: Stmt["span"]): void => {
    let entry = access.get(pointer);
    if (entry === undefined) {
      const never = (): Access => ({ reads: false, writes: false });
      access.set(pointer, (entry = { host: never(), coProc: never(), span }));
    }
    entry[inScope ? "coProc" : "host"][kind] = true;
  };

  const visit = (node: Node, inScope: boolean, span: Stmt["span"]): void => {
    if (node.kind === "BufferLoad") note(node.buffer.data, "reads", inScope, span);
    if (node.kind === "BufferStore") note(node.buffer.data, "writes", inScope, node.span);
    if (node.kind === "Call" && node.op === builtin.accessPtr) {
      const mask = node.args[4];
      const bits = mask?.kind === "IntImm" ? mask.value : 3;
      if (bits & 1) note(node.args[1] as Var, "reads", inScope, span);
      if (bits & 2) note(node.args[1] as Var, "writes", inScope, span);
    }
    const inside = inScope || (node.kind === "AttrStmt" && node.key === "coproc_scope");
    const place = isStmt(node) ? (node.span ?? span) : span;
    forEachChild(node, (child) => visit(child, inside, place));
  };
  visit(body, false, body.span);

  for (const [data, { host, coProc, span }] of access) {
    const conflicts =
      (host.writes && (coProc.reads || coProc.writes)) || (host.reads && coProc.writes);
    if (!conflicts) continue;
    throw new UsageError(
      "pass-coprocessor",
      `buffer ${data.name} in ${scopeOfPointer(data).text} is accessed by the host and by the ` +
        `accelerator; mark the stages that fill and read it with pragmas, so that the ` +
        `accelerator does both`,
      { span },
    );
  }
}

/** The accesses of one side to a memory. */
interface Access {
  reads: boolean;
  writes: boolean;
}
