/**
 * Rewrites a graph from its inputs to its results, with temporary results that carry more than an
 * expression: a rule receives the temporary results of its arguments; if no rule applies, they are
 * converted to expressions.
 */

import { Call, Func, Tuple, TupleGetItem, type Expr } from "../relay-expr";
import { countReaders, operandsOf, visitInPostOrder, withOperands } from "../visit";

/** An intermediate result with additional data. */
export abstract class Temporary {
  readonly kind = "temporary";
  abstract realize(): Expr;
}

/** A tuple some of whose fields are temporary. */
export class TemporaryTuple extends Temporary {
  constructor(readonly fields: readonly Result[]) {
    super();
  }
  realize(): Expr {
    return new Tuple(this.fields.map(realized));
  }
}

export type Result = Expr | Temporary;

/** Returns the result of a call, or undefined to leave it unchanged. */
export type ForwardRewrite = (call: Call, args: readonly Result[]) => Result | undefined;

export function realized(result: Result): Expr {
  return result.kind === "temporary" ? result.realize() : result;
}

/**
 * @param rules by operator
 * @param whenShared called for each read of a result with several readers
 */
export function forwardRewrite(
  func: Func,
  rules: Readonly<Record<string, ForwardRewrite>>,
  whenShared: (result: Result) => Result = (result) => result,
): Func {
  const results = new Map<Expr, Result>();
  const readers = countReaders(func.body);
  const resultOf = (expr: Expr): Result => {
    const result = results.get(expr)!;
    return readers.get(expr)! > 1 ? whenShared(result) : result;
  };
  visitInPostOrder(func.body, (expr) => {
    const operands = operandsOf(expr).map(resultOf);
    results.set(expr, rewritten(expr, operands, rules));
  });
  const body = realized(results.get(func.body)!);
  return body === func.body ? func : new Func(func.params, body, func.primitive);
}

function rewritten(
  expr: Expr,
  operands: readonly Result[],
  rules: Readonly<Record<string, ForwardRewrite>>,
): Result {
  if (expr.kind === "tuple" && operands.some((operand) => operand.kind === "temporary")) {
    return new TemporaryTuple(operands);
  }
  if (expr.kind === "tuple_get_item") {
    const [tuple] = operands;
    if (tuple instanceof TemporaryTuple) return tuple.fields[expr.index]!;
    return new TupleGetItem(realized(tuple!), expr.index);
  }
  if (expr.kind === "call" && expr.op.kind === "op") {
    const result = rules[expr.op.name]?.(expr, operands);
    if (result !== undefined) return result;
  }
  return withOperands(expr, operands.map(realized));
}
