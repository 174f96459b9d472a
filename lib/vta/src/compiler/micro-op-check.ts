/**
 * Checks from the loops of a lowered function whether its micro-op kernels can be recorded, and names the
 * stage and loop of the schedule that prevent it.
 *
 * The rules are the runtime's: all micro-ops of a kernel do the same operation, a micro-op does not write an
 * accumulator element that one of the two before it writes, and all fit the micro-op memory.
 */

import { arith, plural, te, tir, UsageError } from "tvm-ts";
import type { Environment } from "./environment";
import { vtaOps } from "./intrin";

/** Their positions among the operands of `uop_push`. */
const [MODE, RESET, DESTINATION, OPCODE, USE_IMM] = [0, 1, 2, 5, 6];
/** The least distance of micro-ops that write the same accumulator element. */
export const MICRO_OPS_APART = 3;
/** The number of preceding micro-ops that must write other elements. */
const WRITE_BACK = MICRO_OPS_APART - 1;

/** A loop around a micro-op, inside its kernel. */
interface MicroOpLoop {
  readonly variable: tir.Var;
  readonly extent: number;
}

/** A recorded micro-op. */
interface Step {
  readonly operation: string;
  /** The accumulator element that it writes, relative to the kernel's first; undefined if not known. */
  readonly destination: number | undefined;
  readonly loops: readonly MicroOpLoop[];
  /** The iteration of each loop. */
  readonly counts: readonly number[];
}

/** Why a kernel cannot be recorded. */
export interface MicroOpProblem {
  readonly sentence: string;
  /** The tensorized or marked axis of the stage. */
  readonly span: tir.Stmt["span"];
}

/** @throws UsageError when a kernel of `module` cannot be recorded; names stages of `schedule`, if given. */
export function checkMicroOps(module: tir.IRModule, env: Environment, schedule?: te.Schedule) {
  const problem = microOpProblem(module, env, schedule);
  if (problem === undefined) return;
  throw new UsageError("vta-micro-ops", problem.sentence, { span: problem.span });
}

/** The first kernel of `module` that the runtime does not record; undefined if all can be recorded. */
export function microOpProblem(
  module: tir.IRModule,
  env: Environment,
  schedule?: te.Schedule,
): MicroOpProblem | undefined {
  let found: MicroOpProblem | undefined;
  for (const func of module.functions.values()) {
    tir.walk(func.body, {
      AttrStmt({ key, body }) {
        if (key === "coproc_uop_scope") found ??= kernelProblem(body, env, schedule);
      },
    });
  }
  return found;
}

const UOP_BYTES = 4;

function kernelProblem(
  kernel: tir.Stmt,
  env: Environment,
  schedule: te.Schedule | undefined,
): MicroOpProblem | undefined {
  const depth = env.UOP_BUFF_SIZE / UOP_BYTES;
  const before: Step[] = [];
  let count = 0;
  for (const step of stepsOf(kernel)) {
    const first = before[0] ?? step;
    const stage = stageOf([...step.loops, ...first.loops], schedule);
    const problem = (sentence: string): MicroOpProblem => ({
      sentence: `${stage === undefined ? "" : `stage ${stage.name}: `}${sentence}`,
      span: markedAt(stage),
    });
    if (step.operation !== first.operation) return problem(mixed(step, first, stage));
    const distance =
      before
        .slice(-WRITE_BACK)
        .reverse()
        .findIndex((other) => same(other, step)) + 1;
    if (distance > 0)
      return problem(writeConflict(count, distance, before.at(-distance)!, step, stage));
    if (++count > depth) {
      return problem(
        `a kernel has more micro-ops than their memory has room for, which is ${depth}; ` +
          `use smaller tiles, or compute the stage at an inner loop`,
      );
    }
    before.push(step);
    if (before.length > WRITE_BACK + 1) before.splice(1, 1);
  }
  return undefined;
}

function same(a: Step, b: Step): boolean {
  return a.destination !== undefined && a.destination === b.destination;
}

function mixed(step: Step, first: Step, stage: te.Stage | undefined): string {
  const sum = stage?.leafIterVars.find(({ iterType }) => iterType === "CommReduce")?.name;
  const inputs = stage?.op.inputTensors.map(({ name }) => `s[${name}]`) ?? [];
  const what =
    stage === undefined || sum === undefined
      ? "compute the loads inside the loop of the sum (stage.computeAt)"
      : `compute what it reads inside its loop ${sum}: ` +
        inputs.map((input) => `${input}.computeAt(s[${stage.name}], ${sum})`).join(", ");
  return (
    `one kernel of micro-ops does ${first.operation} and ${step.operation}, and an instruction does one ` +
    `operation; ${what}`
  );
}

function writeConflict(
  number: number,
  distance: number,
  earlier: Step,
  step: Step,
  stage: te.Stage | undefined,
): string {
  const what =
    `micro-op ${number} of its kernel writes the accumulator element that micro-op ` +
    `${number - distance} writes, and the pipeline needs ${WRITE_BACK} others in between`;
  const level = step.counts.findIndex((count, i) => count !== earlier.counts[i]);
  const loop = step.loops[level];
  if (loop === undefined)
    return `${what}; order its statements so that neighbours write different elements`;
  const inside = step.loops
    .slice(level + 1)
    .map(({ variable, extent }) => `${variable.name} of ${extent}`);
  const name = stage?.name ?? "the stage";
  const { variable } = loop;
  return (
    `${what}: loop ${variable.name} takes the next step of the sum after ` +
    `${plural(distance, "element")} (inside it: ${inside.join(", ") || "no loop"}); ` +
    `put loops over at least ${MICRO_OPS_APART} elements of ${name} inside ${variable.name}, with ` +
    `s[${name}].reorder(${variable.name}, ...), or make its tiles larger`
  );
}

/** The stage that the loops of a kernel belong to: the loops' names are its axes'. */
function stageOf(
  loops: readonly MicroOpLoop[],
  schedule: te.Schedule | undefined,
): te.Stage | undefined {
  const names = new Set(loops.map(({ variable }) => variable.name.replace(/\.init$/, "")));
  const candidates = schedule?.stages.filter(
    (stage) => markedAt(stage) !== undefined && stage.scope.startsWith("local."),
  );
  const found = candidates?.filter((stage) =>
    stage.leafIterVars.some(({ name }) => names.has(name)),
  );
  return found?.[0] ?? (candidates?.length === 1 ? candidates[0] : undefined);
}

/** Where a stage was assigned to GEMM or the ALU. */
function markedAt(stage: te.Stage | undefined): tir.Stmt["span"] {
  for (const { iterType, pragmas, span } of stage?.iterVarAttrs.values() ?? []) {
    if (iterType === "Tensorized" || pragmas.some(({ key }) => COMPUTES.includes(key))) return span;
  }
  return undefined;
}

const COMPUTES: readonly string[] = ["alu", "conv2d_transpose_gemm"];

/** The micro-ops of a kernel, in order; empty where the length of a loop is not constant. */
function* stepsOf(kernel: tir.Stmt): Generator<Step> {
  /** The micro-op of each statement, derived once for all iterations of its loops. */
  const recorded = new Map<tir.Stmt, MicroOp>();
  function* visit(
    stmt: tir.Stmt,
    loops: readonly MicroOpLoop[],
    counts: readonly number[],
    lets: ReadonlyMap<tir.Var, tir.PrimExpr>,
  ): Generator<Step> {
    switch (stmt.kind) {
      case "For": {
        const extent = tir.constIntValue(stmt.extent) ?? 0;
        const inner = [...loops, { variable: stmt.loopVar, extent }];
        for (let i = 0; i < extent; i++) yield* visit(stmt.body, inner, [...counts, i], lets);
        return;
      }
      case "SeqStmt":
        for (const each of stmt.seq) yield* visit(each, loops, counts, lets);
        return;
      case "AttrStmt":
        yield* visit(stmt.body, loops, counts, lets);
        return;
      case "LetStmt": {
        const value = tir.substitute(stmt.value, lets);
        yield* visit(stmt.body, loops, counts, new Map([...lets, [stmt.var_, value]]));
        return;
      }
      case "Evaluate": {
        const { value } = stmt;
        if (value.kind !== "Call" || value.op !== vtaOps.uopPush) return;
        let microOp = recorded.get(stmt);
        if (microOp === undefined) recorded.set(stmt, (microOp = microOpOf(value, loops, lets)));
        const { operation, destination } = microOp;
        yield { operation, destination: destination?.(counts), loops, counts };
        return;
      }
      default:
    }
  }
  yield* visit(kernel, [], [], new Map());
}

/** The micro-op that an `uop_push` records. */
interface MicroOp {
  readonly operation: string;
  /** The accumulator element as a function of the loops' iterations; undefined if it is not linear in them. */
  readonly destination: ((counts: readonly number[]) => number) | undefined;
}

function microOpOf(
  call: tir.Call,
  loops: readonly MicroOpLoop[],
  lets: ReadonlyMap<tir.Var, tir.PrimExpr>,
): MicroOp {
  const index = tir.substitute(call.args[DESTINATION]!, lets);
  return { operation: operationOf(call), destination: destinationOf(index, loops) };
}

function operationOf({ args }: tir.Call): string {
  if (tir.isZero(args[MODE]!)) return tir.isZero(args[RESET]!) ? "GEMM" : "GEMM with reset";
  const operand = tir.isZero(args[USE_IMM]!) ? "" : ` with immediate ${tir.reprExpr(args.at(-1)!)}`;
  return `ALU operation ${tir.reprExpr(args[OPCODE]!)}${operand}`;
}

function destinationOf(index: tir.PrimExpr, loops: readonly MicroOpLoop[]): MicroOp["destination"] {
  const own = loops.map(({ variable }) => variable);
  // Loops around the kernel offset all its micro-ops equally: their variables are taken as 0.
  const outer = new Set<tir.Var>();
  tir.forEachVar(index, (variable) => void outer.add(variable));
  for (const variable of own) outer.delete(variable);
  const terms = arith.detectLinearEquation(index, [...own, ...outer]);
  const constants = terms?.map((term) => tir.constIntValue(term));
  if (constants === undefined || constants.includes(undefined)) return undefined;
  const base = constants.at(-1) ?? tir.constIntValue(index)!;
  return (counts) => counts.reduce((sum, count, i) => sum + constants[i]! * count, base);
}
