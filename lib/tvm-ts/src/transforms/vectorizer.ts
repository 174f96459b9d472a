/** Rewrites the body of one vectorized loop; see `vectorize-loop.ts`. */

import { factlessAnalyzer } from "../arith";
import {
  add,
  Broadcast,
  BufferLoad,
  BufferStore,
  builtin,
  Call,
  Cast,
  elementOf,
  eq,
  For,
  gt,
  IntImm,
  isZero,
  lanesOf,
  mapArray,
  mul,
  mutate,
  Ramp,
  Select,
  Shuffle,
  sub,
  substitute,
  update,
  Var,
  vectorOf,
  zero,
  type Allocate,
  type Buffer,
  type IfThenElse,
  type LetStmt,
  type NodeOf,
  type PrimExpr,
  type Stmt,
} from "../ir";
import { assertNever, InternalError, UsageError } from "../support";

type Binary = Extract<PrimExpr, { a: PrimExpr; b: PrimExpr }>;

export class Vectorizer {
  /** The vector that replaces the loop variable: `[0, 1, ..., lanes - 1]`. */
  private readonly ramp: Ramp;
  /** The replacements of let variables, whose values may have become vectors. */
  private readonly lets = new Map<Var, Var>();
  /** Set when an expression does not have a vector form. */
  private needsLoop = false;

  constructor(
    private readonly loopVar: Var,
    private readonly lanes: number,
  ) {
    const { dtype } = loopVar;
    this.ramp = new Ramp(new IntImm(0, dtype), new IntImm(1, dtype), lanes);
  }

  // Statements ----------------------------------------------------------------------------------

  stmt(stmt: Stmt): Stmt {
    const result = this.rewrite(stmt);
    if (!this.needsLoop) return result;
    this.needsLoop = false;
    return this.scalarize(stmt);
  }

  private rewrite(stmt: Stmt): Stmt {
    switch (stmt.kind) {
      case "BufferStore":
        return this.store(stmt);
      case "For":
        return this.loop(stmt);
      case "IfThenElse":
        return this.branch(stmt);
      case "LetStmt":
        return this.letStmt(stmt);
      case "Allocate":
        return this.allocate(stmt);
      case "While":
        throw this.refused("a while loop", stmt);
      case "AttrStmt":
        return update(stmt, { value: this.expr(stmt.value), body: this.stmt(stmt.body) });
      case "Evaluate":
        return update(stmt, { value: this.expr(stmt.value) });
      case "SeqStmt":
        return update(stmt, { seq: mapArray(stmt.seq, (child) => this.stmt(child)) });
      case "AssertStmt":
        return update(stmt, { condition: this.expr(stmt.condition), body: this.stmt(stmt.body) });
      case "BufferRealize":
      case "Prefetch":
      case "ProducerRealize":
      case "ProducerStore":
        throw new InternalError(`${stmt.kind} in a vectorized loop; flatten storage first`);
      default:
        return assertNever(stmt);
    }
  }

  /** The unchanged statement, executed once for each lane. */
  private scalarize(stmt: Stmt): Stmt {
    const { dtype, name } = this.loopVar;
    const lane = this.loopVar.replacement({ name: `${name}.s` });
    const body = substitute(stmt, new Map([[this.loopVar, lane]]));
    return new For(lane, new IntImm(0, dtype), new IntImm(this.lanes, dtype), "serial", body);
  }

  private store(store: BufferStore): Stmt {
    const indices = mapArray(store.indices, (index) => this.expr(index));
    const value = this.expr(store.value);
    if (indices === store.indices && value === store.value) return store;
    const last = indices[indices.length - 1]!;
    // Index and value are widened to the larger number of lanes of the two.
    const otherLanes = indices
      .slice(0, -1)
      .reduce((lanes, index) => lanes * lanesOf(index.dtype), lanesOf(store.buffer.dtype));
    const total = Math.max(otherLanes * lanesOf(last.dtype), lanesOf(value.dtype));
    const widened = [...indices.slice(0, -1), widen(last, total / otherLanes)];
    return update(store, { indices: widened, value: widen(value, total) });
  }

  private loop(loop: For): Stmt {
    if (loop.forKind === "vectorized") throw this.refused("another vectorized loop", loop);
    if (!isZero(loop.min))
      throw new InternalError("a loop inside a vectorized loop must start at 0");
    const extent = this.expr(loop.extent);
    if (isVector(extent)) return this.scalarize(loop);
    return update(loop, { extent, body: this.stmt(loop.body) });
  }

  private branch(branch: IfThenElse): Stmt {
    const condition = this.expr(branch.condition);
    if (isVector(condition)) return this.scalarize(branch);
    return update(branch, {
      condition,
      thenCase: this.stmt(branch.thenCase),
      elseCase: branch.elseCase && this.stmt(branch.elseCase),
    });
  }

  private letStmt(node: LetStmt): Stmt {
    const value = this.expr(node.value);
    const var_ = this.letVar(node.var_, value);
    return update(node, { var_, value, body: this.stmt(node.body) });
  }

  private letVar(variable: Var, value: PrimExpr): Var {
    const result =
      value.dtype === variable.dtype ? variable : variable.replacement({ dtype: value.dtype });
    this.lets.set(variable, result);
    return result;
  }

  /** Each lane gets separate memory. */
  private allocate(node: Allocate): Stmt {
    const condition = this.expr(node.condition);
    const extents = mapArray(node.extents, (extent) => this.expr(extent));
    if (isVector(condition) || extents.some(isVector)) return this.scalarize(node);
    const last = extents[extents.length - 1]!;
    return update(node, {
      extents: [...extents.slice(0, -1), mul(last, this.lanes)],
      condition,
      body: this.stmt(this.interleave(node.body, node.bufferVar)),
    });
  }

  /** Element `i` of lane `l` is at `i*lanes + l`. */
  private interleave(body: Stmt, pointer: Var): Stmt {
    const { lanes } = this;
    const analyzer = factlessAnalyzer();
    const lane = <N extends BufferLoad | BufferStore>(access: N): N => {
      if (access.buffer.data !== pointer) return access;
      const { shape } = access.buffer;
      const size = analyzer.simplify(mul(shape[shape.length - 1]!, lanes));
      const buffer = access.buffer.with({ shape: [...shape.slice(0, -1), size], strides: [] });
      const last = access.indices[access.indices.length - 1]!;
      const index = analyzer.simplify(add(mul(last, lanes), this.loopVar));
      const changes: { buffer: Buffer; indices: readonly PrimExpr[] } = {
        buffer,
        indices: [...access.indices.slice(0, -1), index],
      };
      return update(access as NodeOf<"BufferLoad" | "BufferStore">, changes) as N;
    };
    return mutate(body, {
      BufferLoad: (load, recur) => lane(recur.children(load)),
      BufferStore: (store, recur) => lane(recur.children(store)),
    });
  }

  // Expressions ---------------------------------------------------------------------------------

  private expr(expr: PrimExpr): PrimExpr {
    switch (expr.kind) {
      case "Var":
        return expr === this.loopVar ? this.ramp : (this.lets.get(expr) ?? expr);
      case "IntImm":
      case "FloatImm":
      case "StringImm":
        return expr;
      case "Add":
        return this.sum(expr, add);
      case "Sub":
        return this.sum(expr, sub);
      case "Mul":
        return this.product(expr);
      case "Div":
      case "Mod":
      case "FloorDiv":
      case "FloorMod":
      case "Min":
      case "Max":
      case "EQ":
      case "NE":
      case "LT":
      case "LE":
      case "GT":
      case "GE":
      case "And":
      case "Or":
        return this.binary(expr, this.expr(expr.a), this.expr(expr.b));
      case "Not":
        return update(expr, { a: this.expr(expr.a) });
      case "Select":
        return this.select(expr);
      case "Cast": {
        const value = this.expr(expr.value);
        if (value === expr.value) return expr;
        const dtype = vectorOf(elementOf(expr.dtype), lanesOf(value.dtype));
        return new Cast(dtype, value, expr.span);
      }
      case "Ramp":
        return this.nestedRamp(expr);
      case "Broadcast": {
        const value = this.expr(expr.value);
        if (!isVector(value)) return update(expr, { value });
        this.needsLoop = true;
        return expr;
      }
      case "BufferLoad":
        return update(expr, { indices: mapArray(expr.indices, (index) => this.expr(index)) });
      case "Call":
        return this.call(expr);
      case "Let": {
        const value = this.expr(expr.value);
        const var_ = this.letVar(expr.var_, value);
        return update(expr, { var_, value, body: this.expr(expr.body) });
      }
      case "Shuffle":
      case "ProducerLoad":
      case "Reduce":
        throw new InternalError(`${expr.kind} in a vectorized loop`);
      default:
        return assertNever(expr);
    }
  }

  private binary(expr: Binary, a: PrimExpr, b: PrimExpr): PrimExpr {
    if (a === expr.a && b === expr.b) return expr;
    const lanes = Math.max(lanesOf(a.dtype), lanesOf(b.dtype));
    return update(expr, { a: widen(a, lanes), b: widen(b, lanes) });
  }

  /** A scalar is added to the base of a ramp. */
  private sum(expr: Binary, combine: (a: PrimExpr, b: PrimExpr) => PrimExpr): PrimExpr {
    const a = this.expr(expr.a);
    const b = this.expr(expr.b);
    if (a === expr.a && b === expr.b) return expr;
    if (b.kind === "Ramp" && !isVector(a)) {
      const stride = combine(zero(b.stride.dtype), b.stride);
      return new Ramp(combine(a, b.base), stride, b.lanes, expr.span);
    }
    if (a.kind === "Ramp" && !isVector(b)) {
      return new Ramp(combine(a.base, b), a.stride, a.lanes, expr.span);
    }
    const lanes = Math.max(lanesOf(a.dtype), lanesOf(b.dtype));
    return combine(widen(a, lanes), widen(b, lanes));
  }

  /** A positive scalar multiplies the base and the stride of a ramp. */
  private product(expr: Binary): PrimExpr {
    const a = this.expr(expr.a);
    const b = this.expr(expr.b);
    if (a === expr.a && b === expr.b) return expr;
    const isPositive = (factor: PrimExpr): boolean =>
      !isVector(factor) && factlessAnalyzer().canProve(gt(factor, 0));
    if (a.kind === "Ramp" && isPositive(b)) {
      return new Ramp(mul(a.base, b), mul(a.stride, b), a.lanes, expr.span);
    }
    if (b.kind === "Ramp" && isPositive(a)) {
      return new Ramp(mul(b.base, a), mul(b.stride, a), b.lanes, expr.span);
    }
    return this.binary(expr, a, b);
  }

  private select(expr: Select): PrimExpr {
    const condition = this.expr(expr.condition);
    const trueValue = this.expr(expr.trueValue);
    const falseValue = this.expr(expr.falseValue);
    const lanes = Math.max(...[condition, trueValue, falseValue].map((e) => lanesOf(e.dtype)));
    return update(expr, {
      condition,
      trueValue: widen(trueValue, lanes),
      falseValue: widen(falseValue, lanes),
    });
  }

  /** A ramp whose base has become a vector: a longer ramp if the parts are contiguous. */
  private nestedRamp(expr: Ramp): PrimExpr {
    const base = this.expr(expr.base);
    const stride = this.expr(expr.stride);
    if (base.kind === "Ramp" && !isVector(stride)) {
      const joins = eq(base.stride, mul(stride, new IntImm(expr.lanes, stride.dtype)));
      if (factlessAnalyzer().canProve(joins)) {
        return new Ramp(base.base, stride, expr.lanes * base.lanes, expr.span);
      }
    }
    const lanes = Math.max(lanesOf(base.dtype), lanesOf(stride.dtype));
    if (lanes === 1) return update(expr, { base, stride });
    const bases = widen(base, lanes);
    const strides = widen(stride, lanes);
    const parts = Array.from({ length: lanes }, (_, i) => {
      const at = [new IntImm(i)];
      return new Ramp(new Shuffle([bases], at), new Shuffle([strides], at), expr.lanes);
    });
    const order = Array.from({ length: lanes * expr.lanes }, (_, i) => new IntImm(i));
    return new Shuffle(parts, order, expr.span);
  }

  private call(call: Call): PrimExpr {
    if (call.op === builtin.ifThenElse) return this.conditional(call);
    const args = mapArray(call.args, (arg) => this.expr(arg));
    if (!call.op.vectorizable) {
      if (!args.some(isVector)) return update(call, { args });
      this.needsLoop = true;
      return call;
    }
    const lanes = Math.max(1, ...args.map((arg) => lanesOf(arg.dtype)));
    const widened = mapArray(args, (arg) => widen(arg, lanes));
    if (widened === call.args) return call;
    return new Call(vectorOf(elementOf(call.dtype), lanes), call.op, widened, call.span);
  }

  /** A condition that differs between lanes cannot skip an evaluation. */
  private conditional(call: Call): PrimExpr {
    const [condition, ...values] = mapArray(call.args, (arg) => this.expr(arg));
    if (isVector(condition!)) {
      this.needsLoop = true;
      return call;
    }
    const lanes = Math.max(...values.map((value) => lanesOf(value.dtype)));
    const args = [condition!, ...values.map((value) => widen(value, lanes))];
    if (args.every((arg, i) => arg === call.args[i])) return call;
    return new Call(vectorOf(elementOf(call.dtype), lanes), call.op, args, call.span);
  }

  private refused(what: string, stmt: Stmt): UsageError {
    return new UsageError(
      "te-vectorize",
      `loop ${this.loopVar.name} cannot be vectorized: there is ${what} inside it`,
      { span: stmt.span },
    );
  }
}

function isVector(expr: PrimExpr): boolean {
  return lanesOf(expr.dtype) > 1;
}

/** `expr` in every lane of a vector. */
function widen(expr: PrimExpr, lanes: number): PrimExpr {
  const own = lanesOf(expr.dtype);
  if (own === lanes) return expr;
  if (expr.kind === "Broadcast" && lanes % expr.lanes === 0)
    return new Broadcast(expr.value, lanes);
  if (own !== 1) throw new InternalError(`a vector of ${own} lanes cannot be widened to ${lanes}`);
  return new Broadcast(expr, lanes);
}
