/**
 * The canonical forms: a sum of splits.
 *
 *     split   ((index % upper) / lower) * scale     a part of an index, scaled
 *     sum     split + split + ... + base
 *
 * Both divisions have the same mode. Like terms merge, and the quotient and the remainder of an index
 * (`x/4*4` and `x%4`) are joined. Every number in a form fits the form's type.
 */

import { cast, ExprMap, exprEqual, IntImm, type DataType, type PrimExpr } from "../../ir";
import { fits } from "../int-math";
import { operate } from "../operators";

export type DivMode = "trunc" | "floor";

/** `a / b` */
function quotientOf(mode: DivMode, a: PrimExpr, b: number): PrimExpr {
  return operate(mode === "trunc" ? "Div" : "FloorDiv", a, new IntImm(b, a.dtype));
}

/** `a % b` */
export function remainderOf(mode: DivMode, a: PrimExpr, b: number): PrimExpr {
  return operate(mode === "trunc" ? "Mod" : "FloorMod", a, new IntImm(b, a.dtype));
}

export class SplitExpr {
  readonly kind = "split";

  constructor(
    readonly index: PrimExpr,
    readonly dtype: DataType = index.dtype,
    readonly lower = 1,
    /** A multiple of `lower`, or `Infinity` without a remainder. */
    readonly upper = Infinity,
    readonly scale = 1,
    readonly mode: DivMode = "trunc",
  ) {}

  with(changes: {
    readonly index?: PrimExpr;
    readonly dtype?: DataType;
    readonly lower?: number;
    readonly upper?: number;
    readonly scale?: number;
    readonly mode?: DivMode;
  }): SplitExpr {
    return new SplitExpr(
      changes.index ?? this.index,
      changes.dtype ?? this.dtype,
      changes.lower ?? this.lower,
      changes.upper ?? this.upper,
      changes.scale ?? this.scale,
      changes.mode ?? this.mode,
    );
  }

  /** Whether the split is the same in both modes: it has no division. */
  isCompatible(mode: DivMode): boolean {
    return this.mode === mode || (this.lower === 1 && this.upper === Infinity);
  }

  /** The same part of the same index, scaled or not. */
  isLike(other: SplitExpr): boolean {
    return (
      this.lower === other.lower && this.upper === other.upper && this.isCompatible(other.mode)
    );
  }

  /** The split as an expression. */
  normalize(): PrimExpr {
    return this.scale === 0 ? new IntImm(0, this.dtype) : this.times(this.scale);
  }

  /** The same with the opposite sign, for a subtraction. */
  normalizeNegated(): PrimExpr {
    return this.times(-this.scale);
  }

  private times(scale: number): PrimExpr {
    const part = this.quotient(this.remainder());
    return scale === 1 ? part : operate("Mul", part, new IntImm(scale, this.dtype));
  }

  private remainder(): PrimExpr {
    return this.upper === Infinity ? this.index : remainderOf(this.mode, this.index, this.upper);
  }

  private quotient(remainder: PrimExpr): PrimExpr {
    return this.lower === 1 ? remainder : quotientOf(this.mode, remainder, this.lower);
  }

  /** The intermediate expressions of the value. */
  steps(): readonly PrimExpr[] {
    if (this.scale === 0) return [];
    const remainder = this.remainder();
    return [this.index, remainder, this.quotient(remainder), this.normalize()];
  }

  /** Whether every number of the split fits `dtype`. */
  fitsIn(dtype: DataType): boolean {
    const { lower, upper, scale } = this;
    return fits(lower, dtype) && fits(scale, dtype) && (upper === Infinity || fits(upper, dtype));
  }
}

/** The splits of one index, largest `lower` first. */
class Segment {
  constructor(
    readonly index: PrimExpr,
    readonly splits: SplitExpr[],
  ) {}
}

export class SumExpr {
  readonly kind = "sum";

  constructor(
    readonly dtype: DataType,
    readonly segments: readonly Segment[],
    readonly base: number,
  ) {}

  get splits(): SplitExpr[] {
    return this.segments.flatMap((segment) => segment.splits);
  }

  get isZero(): boolean {
    return this.base === 0 && this.segments.length === 0;
  }

  /** The only split of a sum without other terms, if any. */
  get onlySplit(): SplitExpr | undefined {
    if (this.base !== 0 || this.segments.length !== 1) return undefined;
    const { splits } = this.segments[0]!;
    return splits.length === 1 ? splits[0] : undefined;
  }

  /** The sum with each number mapped; undefined if a result does not fit. */
  mapNumbers(map: (value: number) => number): SumExpr | undefined {
    const base = map(this.base);
    let fit = fits(base, this.dtype);
    const mapped = (split: SplitExpr): SplitExpr => {
      const scale = map(split.scale);
      fit &&= fits(scale, this.dtype);
      return split.with({ scale });
    };
    const segments = this.segments.map(
      ({ index, splits }) => new Segment(index, splits.map(mapped)),
    );
    return fit ? new SumExpr(this.dtype, segments, base) : undefined;
  }

  withBase(base: number): SumExpr {
    return new SumExpr(this.dtype, this.segments, base);
  }

  /** The terms that `divisor` divides, and the rest. */
  separate(divisor: number): [SumExpr, SumExpr] {
    const pick = (divisible: boolean): SumExpr => {
      const wanted = (value: number): boolean => (value % divisor === 0) === divisible;
      const segments = this.segments
        .map(
          ({ index, splits }) =>
            new Segment(
              index,
              splits.filter((s) => wanted(s.scale)),
            ),
        )
        .filter(({ splits }) => splits.length > 0);
      return new SumExpr(this.dtype, segments, wanted(this.base) ? this.base : 0);
    };
    return [pick(true), pick(false)];
  }

  /** The sum with `dtype` as its type and the type of every index. */
  castTo(dtype: DataType): SumExpr {
    const segments = this.segments.map(({ index, splits }) => {
      const converted = cast(dtype, index);
      return new Segment(
        converted,
        splits.map((split) => split.with({ index: converted, dtype })),
      );
    });
    return new SumExpr(dtype, segments, this.base);
  }

  /** The sum as an expression: large terms first, subtracted terms last. */
  normalize(): PrimExpr {
    const splits: SplitExpr[] = [];
    for (const segment of this.segments) splits.push(...merge(segment.splits));
    if (splits.length > 1) splits.sort(inOrder);
    return addUp(splits, this.base, this.dtype);
  }

  /** The intermediate expressions of the value, with the terms in their order. */
  steps(): readonly PrimExpr[] {
    const steps: PrimExpr[] = [];
    addUp(this.splits, this.base, this.dtype, (sum) => steps.push(sum));
    return steps;
  }
}

/** The sum of `splits` and `base`: first the added terms, then the subtracted ones. */
function addUp(
  splits: readonly SplitExpr[],
  base: number,
  dtype: DataType,
  watch?: (sum: PrimExpr) => void,
): PrimExpr {
  let sum: PrimExpr | undefined;
  const accumulate = (kind: "Add" | "Sub", term: PrimExpr): void => {
    if (sum === undefined && kind === "Add") sum = term;
    else sum = operate(kind, sum ?? new IntImm(0, dtype), term);
    watch?.(sum);
  };
  // The smallest number of a type has no opposite in the type, so it is added.
  const subtracts = (value: number): boolean => value < 0 && fits(-value, dtype);
  for (const split of splits) {
    if (split.scale !== 0 && !subtracts(split.scale)) accumulate("Add", split.normalize());
  }
  if (base !== 0 && !subtracts(base)) accumulate("Add", new IntImm(base, dtype));
  for (const split of splits) {
    if (subtracts(split.scale)) accumulate("Sub", split.normalizeNegated());
  }
  if (subtracts(base)) accumulate("Sub", new IntImm(-base, dtype));
  return sum ?? new IntImm(0, dtype);
}

/**
 * Joins neighbouring splits of one index: like splits are added, and a quotient and its remainder are
 * combined:
 *
 *     (x % u) / (c*s) * (s*k) + (x % (c*s)) / c * k   ->   (x % u) / c * k
 */
function merge(splits: readonly SplitExpr[]): readonly SplitExpr[] {
  if (splits.length < 2) return splits;
  const merged = [...splits];
  for (let i = 0; i < merged.length; i++) {
    for (let j = i + 1; j < merged.length; j++) {
      const left = merged[i]!;
      const right = merged[j]!;
      if (left.scale === 0 || left.upper < right.lower) break;
      const scale = right.scale + left.scale;
      if (left.isLike(right) && fits(scale, right.dtype)) {
        merged[j] = right.with({ scale });
        merged[i] = left.with({ scale: 0 });
      } else if (joins(left, right)) {
        merged[j] = right.with({ upper: left.upper });
        merged[i] = left.with({ scale: 0 });
        break;
      }
    }
  }
  return merged;
}

/** Whether `left` is the quotient that matches the remainder `right`. */
function joins(left: SplitExpr, right: SplitExpr): boolean {
  return (
    left.lower === right.upper &&
    right.scale !== 0 &&
    left.scale % right.scale === 0 &&
    left.lower === (left.scale / right.scale) * right.lower &&
    left.isCompatible(right.mode)
  );
}

/** Descending by scale, then by divisor, then by modulus; floor division first. */
function inOrder(a: SplitExpr, b: SplitExpr): number {
  if (a.scale !== b.scale) return b.scale - a.scale;
  if (a.lower !== b.lower) return b.lower - a.lower;
  if (a.upper !== b.upper) return b.upper > a.upper ? 1 : -1;
  if (a.mode !== b.mode) return b.mode === "floor" ? 1 : -1;
  return 0;
}

/** An expression during canonical simplification. */
export type Form = PrimExpr | SplitExpr | SumExpr;

/** The expression of a form. */
export function exprOfForm(form: Form): PrimExpr {
  return form.kind === "split" || form.kind === "sum" ? form.normalize() : form;
}

/** A form as one split. A form that is a split is kept. */
export function toSplit(form: Form): SplitExpr {
  if (form.kind === "split") return form;
  const only = form.kind === "sum" ? form.onlySplit : undefined;
  return only ?? new SplitExpr(exprOfForm(form));
}

/** From this number of segments on, indices are looked up by hash. */
const MANY_SEGMENTS = 16;

/**
 * Builds a sum. Terms of the same index are adjacent, in the order in which the indices were added.
 */
export class SumBuilder {
  private readonly segments: Segment[] = [];
  private byIndex: ExprMap<Segment> | undefined;
  private base = 0;
  private exact = true;

  private constructor(private readonly dtype: DataType) {}

  /** A sum that starts with `form`, including terms that are 0. */
  static from(form: Form): SumBuilder {
    const builder = new SumBuilder(form.dtype);
    if (form.kind === "IntImm") builder.addNumber(form.value);
    else if (form.kind === "sum") {
      for (const { index, splits } of form.segments) {
        builder.segments.push(new Segment(index, splits.slice()));
      }
      builder.addNumber(form.base);
    } else {
      const split = toSplit(form);
      builder.segments.push(new Segment(split.index, [split]));
    }
    return builder;
  }

  add(form: Form, factor: 1 | -1): void {
    if (form.kind === "IntImm") this.addNumber(form.value * factor);
    else if (form.kind === "sum") this.addSum(form, factor);
    else this.addSplit(toSplit(form), factor);
  }

  private addNumber(value: number): void {
    this.base += value;
    this.check(this.base);
  }

  private addSum(sum: SumExpr, factor: 1 | -1): void {
    for (const { splits } of sum.segments) {
      for (const split of splits) this.addSplit(split, factor);
    }
    this.addNumber(sum.base * factor);
  }

  private addSplit(split: SplitExpr, factor: 1 | -1): void {
    if (split.scale === 0) return;
    const added = factor === 1 ? split : split.with({ scale: -split.scale });
    this.check(added.scale);
    const segment = this.find(split.index);
    if (segment === undefined) {
      this.append(added);
      return;
    }
    const { splits } = segment;
    for (let i = 0; i < splits.length; i++) {
      const other = splits[i]!;
      if (added.lower > other.lower) {
        splits.splice(i, 0, added);
        return;
      }
      if (added.isLike(other)) {
        const scale = other.scale + added.scale;
        this.check(scale);
        splits[i] = other.with({ scale });
        return;
      }
    }
    splits.push(added);
  }

  /** The sum; undefined if one of its numbers does not fit the type. */
  finish(): SumExpr | undefined {
    return this.exact ? new SumExpr(this.dtype, this.segments, this.base) : undefined;
  }

  private check(value: number): void {
    this.exact &&= fits(value, this.dtype);
  }

  private append(split: SplitExpr): void {
    const segment = new Segment(split.index, [split]);
    this.segments.push(segment);
    this.byIndex?.set(split.index, segment);
  }

  private find(index: PrimExpr): Segment | undefined {
    if (this.segments.length < MANY_SEGMENTS) {
      return this.segments.find((segment) => exprEqual(segment.index, index));
    }
    if (this.byIndex === undefined) {
      this.byIndex = new ExprMap();
      for (const segment of this.segments) this.byIndex.set(segment.index, segment);
    }
    return this.byIndex.get(index);
  }
}
