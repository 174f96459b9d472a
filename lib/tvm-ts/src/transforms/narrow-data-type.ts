/**
 * Computes indices in fewer bits where their values are known to fit.
 *
 *     for (i: int64, 0i64, 16i64) { A[i*4i64] = 0f32 }  =>  for (i: int32, 0, 16) { A[i*4] = 0f32 }
 */

import {
  Feature,
  hasFeature,
  add,
  bitsOf,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  builtin,
  cast,
  Cast,
  div,
  elementOf,
  eq,
  floorDiv,
  floorMod,
  ge,
  gt,
  IntImm,
  isInt,
  IterVar,
  lanesOf,
  le,
  lt,
  mapArray,
  max,
  min,
  mul,
  mutator,
  ne,
  pow,
  Range,
  shiftLeft,
  shiftRight,
  sub,
  truncMod,
  update,
  Var,
  vectorOf,
  type Call,
  type DataType,
  type Handlers,
  type Op,
  type PrimExpr,
  type Recur,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";
import { isThread, narrowTypes, type Narrowable } from "./analysis/narrow-types";

/** @param bits The width of the narrowed types. */
export function narrowDataType(bits: 16 | 32): FunctionPass {
  return {
    name: "tir.NarrowDataType",
    doc: `Computes indices in ${bits} bits where their values are known to fit.`,
    run(func) {
      if (bits === 32 && !hasFeature(func.body, Feature.WideInt)) return func;
      return func.with({ body: new Narrower(narrowTypes(func.body, bits)).narrow(func.body) });
    },
  };
}

type Binary = Extract<PrimExpr, { b: PrimExpr }>;
type Operator = (a: PrimExpr, b: PrimExpr) => PrimExpr;

/** Calls whose operands must be of one type. */
const callOperators: ReadonlyMap<Op, Operator> = new Map([
  [builtin.shiftRight, shiftRight],
  [builtin.shiftLeft, shiftLeft],
  [builtin.bitwiseAnd, bitwiseAnd],
  [builtin.bitwiseOr, bitwiseOr],
  [builtin.bitwiseXor, bitwiseXor],
  [builtin.pow, pow],
]);

class Narrower {
  private readonly vars = new Map<Var, Var>();
  private readonly threads = new Map<IterVar, IterVar>();
  /** Constants and conversions are narrowed in indices and in comparisons. */
  private inIndex = false;
  private inCondition = false;

  constructor(private readonly types: ReadonlyMap<Narrowable, DataType>) {}

  narrow(body: Stmt): Stmt {
    return mutator({ ...this.operators(), ...this.values(), ...this.statements() })(body);
  }

  private operators(): Handlers {
    return {
      Add: this.joined(add),
      Sub: this.joined(sub),
      Mul: this.joined(mul),
      Div: this.joined(div),
      Mod: this.joined(truncMod),
      FloorDiv: this.joined(floorDiv),
      FloorMod: this.joined(floorMod),
      Min: this.joined(min),
      Max: this.joined(max),
      EQ: this.compared(eq),
      NE: this.compared(ne),
      LT: this.compared(lt),
      LE: this.compared(le),
      GT: this.compared(gt),
      GE: this.compared(ge),
    };
  }

  private values(): Handlers {
    return {
      Var: (node) => this.variable(node),
      IntImm: (node) => {
        const type = this.inIndex ? this.types.get(node) : undefined;
        return type === undefined ? node : new IntImm(node.value, type, node.span);
      },
      Cast: (node, recur) => {
        const type = this.inIndex ? this.types.get(node) : undefined;
        const inner = recur.children(node);
        return type === undefined ? inner : new Cast(type, inner.value, node.span);
      },
      Select: (node, recur) => {
        const select = recur.children(node);
        const [trueValue, falseValue] = sameWidth(select.trueValue, select.falseValue);
        return update(select, { trueValue, falseValue });
      },
      Ramp: (node, recur) => {
        const [base, stride] = sameWidth(recur(node.base), recur(node.stride));
        return update(node, { base, stride });
      },
      Call: (node, recur) => this.call(node, recur),
      BufferLoad: (node, recur) => update(node, { indices: this.indices(node.indices, recur) }),
    };
  }

  private statements(): Handlers {
    return {
      BufferStore: (node, recur) => {
        const value = recur(node.value);
        return update(node, { value, indices: this.indices(node.indices, recur) });
      },
      For: (node, recur) => {
        const loop = recur.children(node);
        const loopVar = this.variable(node.loopVar);
        const { dtype } = loopVar;
        return update(loop, {
          loopVar,
          min: cast(dtype, loop.min),
          extent: cast(dtype, loop.extent),
        });
      },
      IfThenElse: (node, recur) => {
        const thenCase = recur(node.thenCase);
        const elseCase = node.elseCase && recur(node.elseCase);
        const condition = this.condition(node.condition, recur);
        return update(node, { condition, thenCase, elseCase });
      },
      AttrStmt: (node, recur) => {
        const attr = recur.children(node);
        if (!(node.node instanceof IterVar) || !isThread(node.key)) return attr;
        const var_ = this.variable(node.node.var_);
        if (var_ === node.node.var_) return attr;
        return update(attr, {
          node: this.thread(node.node, var_),
          value: cast(var_.dtype, attr.value),
        });
      },
    };
  }

  private variable(variable: Var): Var {
    const type = this.types.get(variable);
    if (type === undefined) return variable;
    let narrowed = this.vars.get(variable);
    if (narrowed === undefined) {
      narrowed = variable.replacement({ dtype: type });
      this.vars.set(variable, narrowed);
    }
    return narrowed;
  }

  private thread(thread: IterVar, var_: Var): IterVar {
    let narrowed = this.threads.get(thread);
    if (narrowed === undefined) {
      const { dom, iterType, threadTag, span } = thread;
      const range = dom && new Range(cast(var_.dtype, dom.min), cast(var_.dtype, dom.extent));
      narrowed = new IterVar(range, var_, iterType, threadTag, span);
      this.threads.set(thread, narrowed);
    }
    return narrowed;
  }

  private indices(exprs: readonly PrimExpr[], recur: Recur): readonly PrimExpr[] {
    this.inIndex = true;
    const result = mapArray(exprs, (expr) => recur(expr));
    this.inIndex = false;
    return result;
  }

  private condition(expr: PrimExpr, recur: Recur): PrimExpr {
    const outer = this.inCondition;
    this.inCondition = true;
    const result = recur(expr);
    this.inCondition = outer;
    return result;
  }

  /** Operands that were narrowed differently are converted to one type. */
  private joined(combine: Operator) {
    return (node: Binary, recur: Recur): PrimExpr => {
      const a = recur(node.a);
      const b = recur(node.b);
      return a === node.a && b === node.b ? node : combine(a, b);
    };
  }

  private compared(combine: Operator) {
    const join = this.joined(combine);
    return (node: Binary, recur: Recur): PrimExpr => {
      const outer = this.inIndex;
      if (this.inCondition && isInt(node.a.dtype) && isInt(node.b.dtype)) this.inIndex = true;
      const result = join(node, recur);
      this.inIndex = outer;
      return result;
    };
  }

  private call(node: Call, recur: Recur): PrimExpr {
    if (node.op === builtin.ifThenElse) {
      const [test, whenTrue, whenFalse] = node.args;
      const choice = this.condition(test!, recur);
      const [a, b] = sameWidth(recur(whenTrue!), recur(whenFalse!));
      const args = [choice, a, b];
      return update(node, { args: mapArray(node.args, (_, i) => args[i]!) });
    }
    const call = recur.children(node);
    const combine = callOperators.get(call.op);
    return combine === undefined || call === node ? call : combine(call.args[0]!, call.args[1]!);
  }
}

/** Both operands in the wider of the two types, if they are signed integers. */
function sameWidth(a: PrimExpr, b: PrimExpr): [PrimExpr, PrimExpr] {
  if (a.dtype === b.dtype || !isInt(a.dtype) || !isInt(b.dtype)) return [a, b];
  const wider = elementOf(bitsOf(a.dtype) >= bitsOf(b.dtype) ? a.dtype : b.dtype);
  return [cast(sameLanes(wider, a), a), cast(sameLanes(wider, b), b)];
}

function sameLanes(element: DataType, like: PrimExpr): DataType {
  return vectorOf(element, lanesOf(like.dtype));
}
