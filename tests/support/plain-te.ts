/**
 * The values of a declaration, computed element by element from the declaration alone, without a schedule,
lowering or simplification. Whole numbers of 32 bits wrap around.
 */

import { te, tir } from "tvm-ts";

/** The values of inputs, row by row, and of sizes that are variables. */
export interface PlainInputs {
  readonly arrays: ReadonlyMap<te.Tensor, readonly number[]>;
  readonly sizes: ReadonlyMap<tir.Var, number>;
}

type Env = ReadonlyMap<tir.Var, number>;

export class PlainEvaluator {
  private readonly memo = new Map<te.Tensor, Map<number, number>>();
  /** The scan's output that a state represents. */
  private readonly states = new Map<te.Tensor, te.Tensor>();

  constructor(
    private readonly inputs: PlainInputs,
    scans: readonly te.Tensor[],
  ) {
    for (const scan of scans) {
      const op = scan.op as te.ScanOp;
      op.statePlaceholder.forEach((state, i) => this.states.set(state, op.output(i)));
    }
  }

  /** All elements of a tensor. */
  values(tensor: te.Tensor): number[] {
    const shape = this.shapeOf(tensor);
    const count = shape.reduce((product, extent) => product * extent, 1);
    return Array.from({ length: count }, (_, at) => this.element(tensor, indicesOf(at, shape)));
  }

  shapeOf(tensor: te.Tensor): number[] {
    return tensor.shape.map((extent) => this.expr(extent, this.inputs.sizes));
  }

  private element(tensor: te.Tensor, indices: readonly number[]): number {
    const shape = this.shapeOf(tensor);
    indices.forEach((index, dim) => {
      if (index >= 0 && index < shape[dim]!) return;
      throw new RangeError(
        `${tensor.name} is read at ${indices.join(", ")} of ${shape.join(", ")}`,
      );
    });
    const at = indices.reduce((offset, index, dim) => offset * shape[dim]! + index, 0);
    let known = this.memo.get(tensor);
    if (known === undefined) this.memo.set(tensor, (known = new Map()));
    let value = known.get(at);
    if (value === undefined) known.set(at, (value = this.compute(tensor, indices, at)));
    return value;
  }

  private compute(tensor: te.Tensor, indices: readonly number[], at: number): number {
    const { op, valueIndex } = tensor;
    switch (op.kind) {
      case "placeholder": {
        const output = this.states.get(tensor);
        if (output !== undefined) return this.element(output, indices);
        return this.inputs.arrays.get(tensor)![at]!;
      }
      case "scan": {
        const initialRows = this.shapeOf(op.init[valueIndex]!)[0]!;
        const source = indices[0]! < initialRows ? op.init : op.update;
        return this.element(source[valueIndex]!, indices);
      }
      case "compute": {
        const env = new Map(this.inputs.sizes);
        op.axis.forEach((axis, i) => env.set(axis.var_, indices[i]!));
        const body = op.body[valueIndex]!;
        return body.kind === "Reduce" ? this.reduce(body, env)[valueIndex]! : this.expr(body, env);
      }
      default:
        throw new Error(`${op.kind} has no plain meaning here`);
    }
  }

  private reduce(reduce: tir.Reduce, outer: Env): number[] {
    const { combiner, source, init, axis, condition } = reduce;
    const env = new Map(outer);
    const start = init.length > 0 ? init : combiner.identity;
    let sofar = start.map((value) => this.expr(value, env));
    const visit = (depth: number): void => {
      const next = axis[depth];
      if (next === undefined) {
        if (this.expr(condition, env) === 0) return;
        const inner = new Map(env);
        combiner.lhs.forEach((variable, i) => inner.set(variable, sofar[i]!));
        combiner.rhs.forEach((variable, i) => inner.set(variable, this.expr(source[i]!, env)));
        sofar = combiner.result.map((result) => this.expr(result, inner));
        return;
      }
      const first = this.expr(next.dom!.min, env);
      const extent = this.expr(next.dom!.extent, env);
      for (let step = 0; step < extent; step++) {
        env.set(next.var_, first + step);
        visit(depth + 1);
      }
    };
    visit(0);
    return sofar;
  }

  private expr(expr: tir.PrimExpr, env: Env): number {
    const of = (inner: tir.PrimExpr): number => this.expr(inner, env);
    switch (expr.kind) {
      case "IntImm":
        return expr.value;
      case "Var": {
        const value = env.get(expr);
        if (value === undefined) throw new Error(`${expr.name} has no value`);
        return value;
      }
      case "ProducerLoad":
        return this.element(expr.producer as te.Tensor, expr.indices.map(of));
      case "Not":
        return of(expr.a) === 0 ? 1 : 0;
      case "Cast":
        return of(expr.value);
      case "Select":
        return of(expr.condition) !== 0 ? of(expr.trueValue) : of(expr.falseValue);
      case "Call": {
        const [a, b, c] = expr.args as [tir.PrimExpr, tir.PrimExpr, tir.PrimExpr];
        if (expr.op === tir.builtin.ifThenElse) return of(a) !== 0 ? of(b) : of(c);
        if (expr.op === tir.builtin.likely) return of(a);
        throw new Error(`${expr.op.name} has no plain meaning here`);
      }
      case "And":
        return of(expr.a) !== 0 && of(expr.b) !== 0 ? 1 : 0;
      case "Or":
        return of(expr.a) !== 0 || of(expr.b) !== 0 ? 1 : 0;
      default:
        if ("b" in expr) return operate(expr.kind, of(expr.a), of(expr.b));
        throw new Error(`${expr.kind} has no plain meaning here`);
    }
  }
}

function indicesOf(at: number, shape: readonly number[]): number[] {
  const indices = shape.map(() => 0);
  for (let dim = shape.length - 1, rest = at; dim >= 0; dim--) {
    indices[dim] = rest % shape[dim]!;
    rest = Math.floor(rest / shape[dim]!);
  }
  return indices;
}

function operate(kind: string, a: number, b: number): number {
  switch (kind) {
    case "Add":
      return (a + b) | 0;
    case "Sub":
      return (a - b) | 0;
    case "Mul":
      return Math.imul(a, b);
    case "FloorDiv":
      return Math.floor(a / b);
    case "FloorMod":
      return a - Math.floor(a / b) * b;
    case "Min":
      return Math.min(a, b);
    case "Max":
      return Math.max(a, b);
    case "EQ":
      return Number(a === b);
    case "NE":
      return Number(a !== b);
    case "LT":
      return Number(a < b);
    case "LE":
      return Number(a <= b);
    case "GT":
      return Number(a > b);
    case "GE":
      return Number(a >= b);
    default:
      throw new Error(`${kind} has no plain meaning here`);
  }
}
