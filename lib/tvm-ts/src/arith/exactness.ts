/**
 * Determines where integer arithmetic is exact: no sum, difference or product overflows its type and
 * wraps around. Index arithmetic is assumed to be exact; for expressions with elements of arrays, the
 * bounds must prove it.
 */

import { Add, IntImm, isIndexType, Mul, type PrimExpr, type Ramp } from "../ir";
import type { Analyzer } from "./analyzer";
import { binaryOperands, Memoized } from "./memo";

export class ExactnessAnalyzer extends Memoized<boolean> {
  constructor(analyzer: Analyzer) {
    super(analyzer, "exact");
  }

  override analyze(expr: PrimExpr): boolean {
    if (isIndexType(expr.dtype) && !this.analyzer.userData.isIn(expr)) return true;
    return super.analyze(expr);
  }

  protected compute(expr: PrimExpr): boolean {
    switch (expr.kind) {
      case "Add":
      case "Sub":
      case "Mul":
        return !this.analyzer.mayWrap(expr) && this.analyze(expr.a) && this.analyze(expr.b);
      case "Ramp":
        return this.analyze(lastLane(expr));
      case "Broadcast":
        return this.analyze(expr.value);
      case "Not":
        return this.analyze(expr.a);
      case "Select":
        return (
          this.analyze(expr.condition) &&
          this.analyze(expr.trueValue) &&
          this.analyze(expr.falseValue)
        );
      default:
        return binaryOperands(expr).every((operand) => this.analyze(operand));
    }
  }
}

function lastLane({ base, stride, lanes }: Ramp): PrimExpr {
  return new Add(base, new Mul(stride, new IntImm(lanes - 1, stride.dtype)));
}
