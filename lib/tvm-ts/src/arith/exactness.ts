/**
 * Where whole-number arithmetic is exact: no sum, difference or product leaves its type and wraps
 * around. Index arithmetic is taken to be exact; where elements of arrays take part, bounds show it.
 */

import { Add, IntImm, isIndexType, Mul, type PrimExpr, type Ramp } from "../ir";
import type { Analyzer } from "./analyzer";
import { binaryOperands, levelOf, Memoized } from "./memo";

export class ExactnessAnalyzer extends Memoized<boolean> {
  constructor(private readonly analyzer: Analyzer) {
    super();
  }

  override of(expr: PrimExpr): boolean {
    if (isIndexType(expr.dtype) && !this.analyzer.userData.isIn(expr)) return true;
    return super.of(expr);
  }

  protected table(): Map<PrimExpr, boolean> {
    return levelOf(this.analyzer.memo.exact, 0);
  }

  protected compute(expr: PrimExpr): boolean {
    switch (expr.kind) {
      case "Add":
      case "Sub":
      case "Mul":
        return !this.analyzer.mayWrap(expr) && this.of(expr.a) && this.of(expr.b);
      case "Ramp":
        return this.of(lastLane(expr));
      case "Broadcast":
        return this.of(expr.value);
      case "Not":
        return this.of(expr.a);
      case "Select":
        return this.of(expr.condition) && this.of(expr.trueValue) && this.of(expr.falseValue);
      default:
        return binaryOperands(expr).every((operand) => this.of(operand));
    }
  }
}

function lastLane({ base, stride, lanes }: Ramp): PrimExpr {
  return new Add(base, new Mul(stride, new IntImm(lanes - 1, stride.dtype)));
}
