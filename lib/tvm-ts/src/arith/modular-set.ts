/**
 * Modular sets: the known residue of an expression modulo a constant. They prove, for example, that an
 * index is a multiple of 16.
 */

import {
  bitsOf,
  builtin,
  constLog2,
  IntImm,
  type Add,
  type Call,
  type Mul,
  type PrimExpr,
  type Sub,
  type Var,
} from "../ir";
import { InternalError } from "../support";
import type { Analyzer } from "./analyzer";
import { isNarrow } from "./const-int-bound";
import { bezout, floorRemainder, gcd, truncDivide, truncRemainder } from "./int-math";
import { Memoized } from "./memo";

/**
 * The values `coeff * k + base` for integers `k`. `coeff` is not negative, and 0 means the value is
 * `base` itself; otherwise `0 <= base < coeff`. `{1, 0}` contains all integers.
 */
export interface ModularSet {
  readonly coeff: number;
  readonly base: number;
}

const EVERYTHING: ModularSet = { coeff: 1, base: 0 };
/** The empty set. */
const NOTHING: ModularSet = { coeff: 0, base: 1 };

/** The set in normal form, or all integers if its numbers would not be exact. */
function setOf(coeff: number, base: number): ModularSet {
  if (!Number.isSafeInteger(coeff) || !Number.isSafeInteger(base)) return EVERYTHING;
  return { coeff, base: coeff === 0 ? base : floorRemainder(base, coeff) };
}

function union(a: ModularSet, b: ModularSet): ModularSet {
  const coeff = gcd(a.coeff, b.coeff);
  if (coeff === 0) return a.base === b.base ? a : EVERYTHING;
  const left = truncRemainder(a.base, coeff);
  const right = truncRemainder(b.base, coeff);
  if (left === right) return setOf(coeff, left);
  return setOf(gcd(gcd(left, right), coeff), left);
}

/** The values in both sets, by the Chinese remainder theorem. */
function intersection(a: ModularSet, b: ModularSet): ModularSet {
  const { gcd: common, x } = bezout(a.coeff, b.coeff);
  const difference = b.base - a.base;
  if (difference % common !== 0) return NOTHING;
  const steps = (difference / common) * x;
  return setOf((a.coeff / common) * b.coeff, steps * a.coeff + a.base);
}

export class ModularSetAnalyzer extends Memoized<ModularSet> {
  private readonly vars = new Map<Var, ModularSet>();

  constructor(analyzer: Analyzer) {
    super(analyzer, "modular");
  }

  /** @throws InternalError when the variable already has another set, unless it is overridden. */
  update(variable: Var, set: ModularSet, allowOverride: boolean): void {
    const old = this.vars.get(variable);
    if (!allowOverride && old !== undefined && (old.coeff !== set.coeff || old.base !== set.base)) {
      throw new InternalError(
        `${variable.name} was bound to ${describe(old)} and now to ${describe(set)}`,
      );
    }
    this.vars.set(variable, set);
  }

  /** Adds the constraint `v % coeff == base`. Returns the function that removes it. */
  enterConstraint(condition: PrimExpr): () => void {
    const found = remainderIn(condition);
    if (found === undefined) return () => undefined;
    const [variable, set] = found;
    const old = this.vars.get(variable);
    this.vars.set(variable, intersection(old ?? EVERYTHING, set));
    return () => {
      if (old === undefined) this.vars.delete(variable);
      else this.vars.set(variable, old);
    };
  }

  protected compute(expr: PrimExpr): ModularSet {
    switch (expr.kind) {
      case "IntImm":
        return setOf(0, expr.value);
      case "Var":
        return this.vars.get(expr) ?? EVERYTHING;
      case "Add": {
        const a = this.analyze(expr.a);
        const b = this.analyze(expr.b);
        return this.wrapped(expr, setOf(gcd(a.coeff, b.coeff), a.base + b.base));
      }
      case "Sub": {
        const a = this.analyze(expr.a);
        const b = this.analyze(expr.b);
        return this.wrapped(expr, setOf(gcd(a.coeff, b.coeff), a.base - b.base));
      }
      case "Mul":
        return this.wrapped(expr, product(this.analyze(expr.a), this.analyze(expr.b)));
      case "Div":
        return this.quotient(expr.a, this.analyze(expr.b), false);
      case "FloorDiv":
        return this.quotient(expr.a, this.analyze(expr.b), true);
      case "Mod":
        return this.remainder(expr.a, this.analyze(expr.b), false);
      case "FloorMod":
        return this.remainder(expr.a, this.analyze(expr.b), true);
      case "Min":
      case "Max":
        return union(this.analyze(expr.a), this.analyze(expr.b));
      case "Select":
        return union(this.analyze(expr.trueValue), this.analyze(expr.falseValue));
      case "Cast": {
        const { coeff, base } = this.analyze(expr.value);
        // Truncation preserves a value modulo a power of two.
        return isNarrow(expr.dtype)
          ? setOf(gcd(coeff, 2 ** bitsOf(expr.dtype)), base)
          : { coeff, base };
      }
      case "Call":
        return this.ofCall(expr);
      case "Let":
        if (this.vars.has(expr.var_)) return this.analyze(expr.body);
        return this.analyzer.withFacts(() => {
          this.vars.set(expr.var_, this.analyze(expr.value));
          const set = this.analyze(expr.body);
          this.vars.delete(expr.var_);
          return set;
        });
      default:
        return EVERYTHING;
    }
  }

  /** The set of a value that may wrap around: its residue modulo powers of two is preserved. */
  private wrapped(expr: Add | Sub | Mul, set: ModularSet): ModularSet {
    if (set.coeff === 1 || !this.analyzer.mayWrap(expr)) return set;
    return setOf(gcd(set.coeff, 2 ** Math.min(bitsOf(expr.dtype), 52)), set.base);
  }

  private ofCall(expr: Call): ModularSet {
    const [x, y] = expr.args;
    if (expr.op === builtin.shiftRight) {
      const { coeff, base } = this.analyze(y!);
      if (coeff === 0 && base >= 0) return this.quotient(x!, setOf(0, 2 ** base), true);
    }
    if (expr.op === builtin.bitwiseAnd) {
      const mask = this.analyze(y!);
      // A mask of low bits is a remainder.
      if (mask.coeff === 0 && constLog2(new IntImm(mask.base + 1)) !== undefined) {
        return this.remainder(x!, setOf(0, mask.base + 1), true);
      }
    }
    return EVERYTHING;
  }

  private quotient(dividend: PrimExpr, divisor: ModularSet, roundsDown: boolean): ModularSet {
    if (divisor.coeff !== 0 || divisor.base === 0) return EVERYTHING;
    const by = divisor.base;
    const a = this.analyze(dividend);
    if (a.coeff % by !== 0) return EVERYTHING;
    if (a.base === 0) return setOf(Math.abs(a.coeff / by), 0);
    // If the rest is not 0, rounding matters: only rounding down keeps the steps equal.
    const floors = roundsDown || this.analyzer.canProveGreaterEqual(dividend, 0);
    if (a.base > 0 && by > 0 && floors) return setOf(a.coeff / by, truncDivide(a.base, by));
    return EVERYTHING;
  }

  private remainder(dividend: PrimExpr, divisor: ModularSet, roundsDown: boolean): ModularSet {
    if (divisor.coeff !== 0 || divisor.base === 0) return EVERYTHING;
    const a = this.analyze(dividend);
    const coeff = gcd(a.coeff, divisor.base);
    const floors = (): boolean => roundsDown || this.analyzer.canProveGreaterEqual(dividend, 0);
    if (a.base % coeff === 0 || (a.base > 0 && floors())) {
      return setOf(coeff, truncRemainder(a.base, coeff));
    }
    return EVERYTHING;
  }
}

/** `(p x + n) (q y + m)`: every term but `n m` is a multiple of some coefficient. */
function product(a: ModularSet, b: ModularSet): ModularSet {
  const coeff = gcd(a.coeff * b.coeff, gcd(a.coeff * b.base, a.base * b.coeff));
  return setOf(coeff, a.base * b.base);
}

/** The variable of a condition of the form `v % coeff == base`, and its set. */
function remainderIn(condition: PrimExpr): [Var, ModularSet] | undefined {
  if (condition.kind !== "EQ" || condition.b.kind !== "IntImm") return undefined;
  const remainder = condition.a;
  if (remainder.kind !== "Mod" && remainder.kind !== "FloorMod") return undefined;
  if (remainder.a.kind !== "Var" || remainder.b.kind !== "IntImm") return undefined;
  if (remainder.b.value <= 0) return undefined;
  return [remainder.a, setOf(remainder.b.value, condition.b.value)];
}

function describe(set: ModularSet): string {
  return `multiples of ${set.coeff} plus ${set.base}`;
}
