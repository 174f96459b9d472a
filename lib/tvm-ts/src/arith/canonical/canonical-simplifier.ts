/**
 * Simplification by canonical form: index arithmetic becomes a sum of splits, in which like terms
 * merge in whatever form they were written. All other expressions are rewritten by the rules.
 *
 *     before   (x*4 + y) // 2 + x*2 - (y + x)       with y in [0, 1]
 *     after    (x*3) - y
 */

import {
  add,
  cast,
  constant,
  isIndexType,
  newOperator,
  Reduce,
  sub,
  zero,
  type Add,
  type Cast,
  type DataType,
  type Div,
  type FloorDiv,
  type FloorMod,
  type Mod,
  type Mul,
  type PrimExpr,
  type Sub,
} from "../../ir";
import type { Analyzer } from "../analyzer";
import { fits, floorDivide, floorRemainder, truncDivide } from "../int-math";
import { binaryOperands, MAX_FORM_NESTING, Memoized } from "../memo";
import { fold } from "../operators";
import { RewriteSimplifier } from "../rewrite/rewrite-simplifier";
import { ofOneElement, withSimplerCombiner } from "./simplify-reduce";
import {
  exprOfForm,
  remainderOf,
  SplitExpr,
  SumExpr,
  SumBuilder,
  toSplit,
  type DivMode,
  type Form,
} from "./forms";

type Arithmetic = Add | Sub | Mul | Div | Mod | FloorDiv | FloorMod;

const ARITHMETIC: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Mod",
  "FloorDiv",
  "FloorMod",
]);

function isArithmetic(expr: PrimExpr): expr is Arithmetic {
  return ARITHMETIC.has(expr.kind) && isIndexType(expr.dtype);
}

/** A term of a sum, and its sign. */
interface Term {
  readonly expr: PrimExpr;
  readonly sign: 1 | -1;
}

/** The forms of expressions, cached like the results of the analyses. */
class Forms extends Memoized<Form> {
  constructor(
    analyzer: Analyzer,
    private readonly simplifier: CanonicalSimplifier,
    private readonly formOf: (expr: PrimExpr) => Form,
  ) {
    super(analyzer, "form", MAX_FORM_NESTING);
  }

  override get level(): number {
    return this.simplifier.level;
  }

  protected compute(expr: PrimExpr): Form {
    return this.formOf(expr);
  }

  protected override operandsOf(expr: PrimExpr): readonly PrimExpr[] {
    if (!isArithmetic(expr)) return [];
    return isSum(expr) ? this.termsOf(expr).map((term) => term.expr) : binaryOperands(expr);
  }

  /**
   * The terms of a sum. Right operands that are sums are flattened only in deep expressions, to limit
   * the stack depth.
   */
  termsOf(sum: Add | Sub): Term[] {
    const terms: Term[] = [];
    const pending: Term[] = [{ expr: sum, sign: 1 }];
    for (let term = pending.pop(); term !== undefined; term = pending.pop()) {
      const { expr, sign } = term;
      const isFirst = terms.length === 0;
      if (!isSum(expr) || !(isFirst || this.isDeep)) {
        terms.push(term);
        continue;
      }
      pending.push({ expr: expr.b, sign: expr.kind === "Sub" ? (-sign as 1 | -1) : sign });
      pending.push({ expr: expr.a, sign });
    }
    return terms;
  }
}

function isSum(expr: PrimExpr): expr is Add | Sub {
  return expr.kind === "Add" || expr.kind === "Sub";
}

export class CanonicalSimplifier extends RewriteSimplifier {
  private readonly forms: Forms;

  constructor(analyzer: Analyzer) {
    super(analyzer, "canonical");
    this.forms = new Forms(analyzer, this, (expr) => this.formOf(expr));
  }

  protected override compute(expr: PrimExpr): PrimExpr {
    // Only index arithmetic has a canonical form; other expressions are their own form.
    const hasForm = isIndexType(expr.dtype) || expr.kind === "Reduce";
    return hasForm ? exprOfForm(this.forms.analyze(expr)) : super.compute(expr);
  }

  protected override operandsOf(expr: PrimExpr): readonly PrimExpr[] {
    return isArithmetic(expr) ? [] : super.operandsOf(expr);
  }

  private formOf(expr: PrimExpr): Form {
    if (!isIndexType(expr.dtype)) {
      return expr.kind === "Reduce" ? this.reduceForm(expr) : super.compute(expr);
    }
    switch (expr.kind) {
      case "Add":
      case "Sub":
        return this.sumForm(expr);
      case "Mul":
        return this.productForm(expr);
      case "Div":
        return this.quotientForm(expr, "trunc");
      case "FloorDiv":
        return this.quotientForm(expr, "floor");
      case "Mod":
        return this.truncRemainderForm(expr);
      case "FloorMod":
        return this.floorRemainderForm(expr);
      case "Cast":
        return this.castForm(expr);
      case "Reduce":
        return this.reduceForm(expr);
      default:
        return super.compute(expr);
    }
  }

  private sumForm(expr: Add | Sub): Form {
    const terms = this.forms.termsOf(expr);
    let form = this.forms.analyze(terms[0]!.expr);
    let builder: SumBuilder | undefined;
    for (let i = 1; i < terms.length; i++) {
      const { expr: written, sign } = terms[i]!;
      const term = this.forms.analyze(written);
      if (builder === undefined) {
        const folded = foldForms(sign === 1 ? "Add" : "Sub", form, term);
        if (folded !== undefined) {
          form = folded;
          continue;
        }
        builder = SumBuilder.from(form);
      }
      builder.add(term, sign);
    }
    if (builder === undefined) return form;
    return builder.finish() ?? this.plainSum(terms);
  }

  /** A sum whose numbers do not fit its type keeps its written form. */
  private plainSum(terms: readonly Term[]): PrimExpr {
    const [first, ...rest] = terms.map(({ expr, sign }) => ({
      expr: exprOfForm(this.forms.analyze(expr)),
      sign,
    }));
    return rest.reduce(
      (sum, { expr, sign }) => (sign === 1 ? add(sum, expr) : sub(sum, expr)),
      first!.expr,
    );
  }

  private productForm(expr: Mul): Form {
    const a = this.forms.analyze(expr.a);
    const b = this.forms.analyze(expr.b);
    const folded = foldForms("Mul", a, b);
    if (folded !== undefined) return folded;
    const [form, factor] = a.kind === "IntImm" ? [b, a] : [a, b];
    const scaled = factor.kind === "IntImm" ? scaledBy(form, factor.value) : undefined;
    return scaled ?? rebuilt(expr, a, b);
  }

  /** The form of a dividend: an opaque expression if its parts may wrap around. */
  private dividend(expr: PrimExpr): Form {
    const form = this.forms.analyze(expr);
    if (!this.analyzer.userData.isIn(expr)) return form;
    const whole = exprOfForm(form);
    return whole === form || this.isExact(whole) ? form : new SplitExpr(whole);
  }

  private quotientForm(expr: Div | FloorDiv, mode: DivMode): Form {
    const a = this.dividend(expr.a);
    const b = this.forms.analyze(expr.b);
    const folded = foldForms(expr.kind, a, b);
    if (folded !== undefined) return folded;
    if (b.kind !== "IntImm" || b.value <= 0) return rebuilt(expr, a, b);
    const divisor = b.value;
    if (a.kind === "sum") {
      const quotient = this.sumQuotient(a, divisor, mode);
      if (quotient !== undefined) return quotient;
    } else if (this.isRemainder(a, divisor)) {
      return zero(expr.dtype);
    }
    return this.splitQuotient(toSplit(a), divisor, mode);
  }

  /** The quotient of the part that `divisor` divides, plus the quotient of the rest. */
  private sumQuotient(sum: SumExpr, divisor: number, mode: DivMode): SumExpr | undefined {
    const [multiple, rest] = sum.separate(divisor);
    const quotient = multiple.mapNumbers((value) => truncDivide(value, divisor))!;
    if (rest.isZero) return quotient;
    if (mode === "trunc") {
      // Truncation rounds both parts in the same direction only when they have the same sign.
      if (!this.isNotNegative(multiple.normalize())) return undefined;
      if (!this.isNotNegative(rest.normalize())) return undefined;
    }
    const remaining = rest.normalize();
    if (remaining.kind === "IntImm") {
      const divide = mode === "trunc" ? truncDivide : floorDivide;
      return quotient.withBase(quotient.base + divide(remaining.value, divisor));
    }
    const vanishes =
      this.compare(remaining, divisor) === "<" &&
      (mode === "trunc" || this.isNotNegative(remaining));
    if (vanishes) return quotient;
    const builder = SumBuilder.from(quotient);
    builder.add(this.splitQuotient(toSplit(remaining), divisor, mode), 1);
    return builder.finish();
  }

  private isNotNegative(expr: PrimExpr): boolean {
    return this.analyzer.canProveGreaterEqual(expr, 0);
  }

  /** Whether the bounds prove `0 <= form < divisor`. */
  private isRemainder(form: Form, divisor: number): boolean {
    const { min, max } = this.analyzer.constIntBound(exprOfForm(form));
    return min >= 0 && max < divisor;
  }

  /** `split / divisor` */
  private splitQuotient(split: SplitExpr, divisor: number, mode: DivMode): SplitExpr {
    const form = withMode(split, mode);
    const { index, dtype, scale, upper } = form;
    if (scale % divisor === 0) return form.with({ scale: scale / divisor });
    const combined = combinedFactor(form, divisor);
    if (combined !== undefined) {
      // ((x % u) / l * s) / (s*d)  ->  (x % u) / (l*d)
      if (upper === Infinity || upper % combined === 0) {
        return form.with({ scale: 1, lower: combined });
      }
      if (upper > 0 && upper <= combined) return new SplitExpr(zero(dtype));
      const remainder = remainderOf(mode, index, upper);
      return form.with({ index: remainder, upper: Infinity, scale: 1, lower: combined });
    }
    return new SplitExpr(exprOfForm(form), dtype, divisor, Infinity, 1, mode);
  }

  private truncRemainderForm(expr: Mod): Form {
    const a = this.dividend(expr.a);
    const b = this.forms.analyze(expr.b);
    const folded = foldForms("Mod", a, b);
    if (folded !== undefined) return folded;
    if (b.kind !== "IntImm" || b.value <= 0) return rebuilt(expr, a, b);
    const divisor = b.value;
    if (a.kind !== "sum") {
      if (this.isRemainder(a, divisor)) return a;
      return this.splitRemainder(toSplit(a), divisor, "trunc");
    }
    const [multiple, rest] = a.separate(divisor);
    if (rest.isZero) return zero(expr.dtype);
    let sum = a;
    if (this.isNotNegative(multiple.normalize()) && this.isNotNegative(rest.normalize())) {
      const remaining = rest.normalize();
      if (remaining.kind === "IntImm") return constant(remaining.value % divisor, expr.dtype);
      if (this.compare(remaining, divisor) === "<") return remaining;
      sum = rest;
    }
    // (x - 5) % 3  ->  (x - 2) % 3, where neither is negative
    const base = sum.base % divisor;
    const { min } = this.analyzer.constIntBound(sum.normalize());
    const form = min >= 0 && min - sum.base + base >= 0 ? sum.withBase(base) : sum;
    return this.splitRemainder(toSplit(form), divisor, "trunc");
  }

  private floorRemainderForm(expr: FloorMod): Form {
    const a = this.dividend(expr.a);
    const b = this.forms.analyze(expr.b);
    const folded = foldForms("FloorMod", a, b);
    if (folded !== undefined) return folded;
    if (b.kind !== "IntImm" || b.value <= 0) return rebuilt(expr, a, b);
    const divisor = b.value;
    if (a.kind !== "sum") {
      if (this.isRemainder(a, divisor)) return a;
      return this.splitRemainder(toSplit(a), divisor, "floor");
    }
    const [, rest] = a.separate(divisor);
    const remaining = rest.normalize();
    if (remaining.kind === "IntImm") {
      return constant(floorRemainder(remaining.value, divisor), expr.dtype);
    }
    if (this.compare(remaining, divisor) === "<" && this.isNotNegative(remaining)) return remaining;
    // floormod(x - 5, 3)  ->  floormod(x + 1, 3)
    const form = rest.withBase(floorRemainder(rest.base, divisor));
    return this.splitRemainder(toSplit(form), divisor, "floor");
  }

  /** `split % divisor` */
  private splitRemainder(split: SplitExpr, divisor: number, mode: DivMode): SplitExpr {
    const form = withMode(split, mode);
    const { index, dtype, lower, upper, scale } = form;
    if (scale % divisor === 0) return form.with({ scale: 0 });
    // ((x % u) / l * s) % (s*d)  ->  ((x % u) % (l*d)) / l * s
    const combined = combinedFactor(form, divisor);
    if (combined !== undefined) {
      if (upper === Infinity) return form.with({ upper: combined });
      if (upper % combined === 0) {
        if (combined >= upper) return form.with({ upper: combined });
        // The smaller modulus may simplify the index further.
        const remainder = remainderOf(mode, index, combined);
        const inner = toSplit(this.analyze(remainder));
        const part = lower === 1 ? inner : this.splitQuotient(inner, lower, mode);
        const whole = part.scale * scale;
        if (fits(whole, dtype)) return part.with({ scale: whole });
      } else if (combined % upper === 0 && (mode === "trunc" || combined > 0 === upper > 0)) {
        return form; // already smaller than the divisor
      }
    }
    return new SplitExpr(exprOfForm(form), dtype, 1, divisor, 1, mode);
  }

  private castForm(expr: Cast): Form {
    const value = this.dividend(expr.value);
    if (value.kind === "sum" && this.canCastSum(value, expr.dtype)) return value.castTo(expr.dtype);
    if (value.kind === "split" && this.canCastSplit(value, expr.dtype)) {
      return value.with({ index: cast(expr.dtype, value.index), dtype: expr.dtype });
    }
    return super.compute(expr);
  }

  /** Whether the parts can be converted separately: no intermediate value overflows the type. */
  private canCastSum(sum: SumExpr, dtype: DataType): boolean {
    if (isWidening(sum.dtype, dtype)) return true;
    return (
      fits(sum.base, dtype) &&
      sum.steps().every((step) => this.staysIn(dtype, step)) &&
      sum.splits.every((split) => this.canCastSplit(split, dtype))
    );
  }

  private canCastSplit(split: SplitExpr, dtype: DataType): boolean {
    if (isWidening(split.dtype, dtype)) return true;
    return split.fitsIn(dtype) && split.steps().every((step) => this.staysIn(dtype, step));
  }

  private staysIn(dtype: DataType, expr: PrimExpr): boolean {
    const { min, max } = this.analyzer.constIntBound(expr);
    return fits(min, dtype) && fits(max, dtype);
  }

  private reduceForm(expr: Reduce): Form {
    const reduce = this.rewriteReduce(expr);
    const simplify = (part: PrimExpr): PrimExpr => this.analyze(part);
    return reduce.axis.length > 0
      ? withSimplerCombiner(reduce, simplify)
      : simplify(ofOneElement(reduce));
  }
}

/**
 * The folded operator, if it folds. Folding inspects constants only and returns the other operand
 * unchanged, in whatever form.
 */
function foldForms(kind: Arithmetic["kind"], a: Form, b: Form): Form | undefined {
  return fold(kind, a as PrimExpr, b as PrimExpr);
}

/** The node over the expressions of its operands' forms. */
function rebuilt(expr: Mul | Div | Mod | FloorDiv | FloorMod, a: Form, b: Form): PrimExpr {
  const left = exprOfForm(a);
  const right = exprOfForm(b);
  return left === expr.a && right === expr.b ? expr : newOperator(expr.kind, left, right);
}

function scaledBy(form: Form, factor: number): Form | undefined {
  if (form.kind === "sum") return form.mapNumbers((value) => value * factor);
  const split = toSplit(form);
  const scale = split.scale * factor;
  return fits(scale, split.dtype) ? split.with({ scale }) : undefined;
}

/**
 * `lower * d`, where `scale * d` is the divisor, if two divisions can be combined. Rounding down twice
 * equals rounding down once only if the outer divisor is positive.
 */
function combinedFactor(split: SplitExpr, divisor: number): number | undefined {
  const { lower, scale, mode, dtype } = split;
  const combined = lower * (divisor / scale);
  const rounds = scale > 0 || lower === 1 || mode === "trunc";
  return rounds && divisor % scale === 0 && fits(combined, dtype) ? combined : undefined;
}

/** The split with divisions of `mode`; a split in another mode becomes the index. */
function withMode(split: SplitExpr, mode: DivMode): SplitExpr {
  if (split.mode === mode) return split;
  const form = split.isCompatible(mode) ? split : new SplitExpr(split.normalize());
  return form.with({ mode });
}

function isWidening(from: DataType, to: DataType): boolean {
  return from === to || (from === "int32" && to === "int64");
}
