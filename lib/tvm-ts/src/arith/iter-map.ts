/**
 * Represents indices as combinations of iterators, to prove that a map is one-to-one.
 *
 *     i in [0, 18), j in [0, 4)
 *     [(i*4 + j)//8, (i*4 + j)%8]
 *  => m = i*4 + j in [0, 72):  [m//8 % 9, m//1 % 8]       // two splits that cover m without overlap
 *
 * A `Mark` takes every value from 0 to its extent: a variable, or a sum with matching scales. A
 * `Split` is the part `(mark // lowerFactor % extent) * scale` of it.
 */

import {
  add,
  constant,
  exprEqual,
  floorDiv,
  floorMod,
  isOne,
  isZero,
  mul,
  reprExpr,
  sub,
  truncDiv,
  zero,
  type IndexMap,
  type PrimExpr,
  type Var,
} from "../ir";
import { Analyzer } from "./analyzer";

export interface Mark {
  readonly source: Var | IterSum;
  readonly extent: PrimExpr;
}

export interface IterSplit {
  readonly mark: Mark;
  readonly lowerFactor: PrimExpr;
  readonly extent: PrimExpr;
  readonly scale: PrimExpr;
}

/** Splits from the outermost to the innermost, and a base without iterators. */
export interface IterSum {
  readonly splits: readonly IterSplit[];
  readonly base: PrimExpr;
}

/** Makes the error for a map that is not a combination of iterators. */
export type Failure = (why: string) => Error;

/**
 * The final indices of `map` over a box of `extents` from zero, each at most one split of scale 1.
 * @throws the error of `fail` unless each mark is covered by its splits exactly once.
 */
export function detectIterMap(
  map: IndexMap,
  extents: readonly PrimExpr[],
  fail: Failure,
): readonly IterSum[] {
  const detection = new Detection(map, extents, fail);
  const sums = map.finalIndices.map((index) => detection.index(index));
  detection.checkCovered(sums);
  return sums;
}

class Detection {
  private readonly analyzer = new Analyzer();
  private readonly inputs = new Map<Var, Mark>();
  /** The sums that are marks. */
  private readonly fused: { readonly splits: readonly IterSplit[]; readonly mark: Mark }[] = [];

  constructor(
    map: IndexMap,
    extents: readonly PrimExpr[],
    private readonly fail: Failure,
  ) {
    map.initialIndices.forEach((variable, i) => {
      this.inputs.set(variable, { source: variable, extent: extents[i]! });
    });
  }

  index(expr: PrimExpr): IterSum {
    const sum = this.sumOf(expr);
    if (sum.splits.length === 0) return sum;
    const fused = this.fuse(sum, expr);
    const { scale } = fused.splits[0]!;
    if (isOne(scale)) return fused;
    throw this.fail(
      `${reprExpr(expr)} has steps of ${reprExpr(scale)}; an index of the new layout must have ` +
        `steps of 1`,
    );
  }

  private sumOf(expr: PrimExpr): IterSum {
    switch (expr.kind) {
      case "Var": {
        const mark = this.inputs.get(expr);
        return mark === undefined ? plain(expr) : { splits: [whole(mark)], base: zero(expr.dtype) };
      }
      case "Add":
        return this.plus(this.sumOf(expr.a), this.sumOf(expr.b), 1);
      case "Sub":
        return this.plus(this.sumOf(expr.a), this.sumOf(expr.b), -1);
      case "Mul":
        return this.times(this.sumOf(expr.a), this.sumOf(expr.b), expr);
      case "FloorDiv": {
        const [dividend, divisor] = this.division(expr.a, expr.b, expr);
        return dividend.splits.length === 0
          ? plain(floorDiv(dividend.base, divisor))
          : this.quotient(this.single(dividend, expr), divisor, expr);
      }
      case "FloorMod": {
        const [dividend, divisor] = this.division(expr.a, expr.b, expr);
        return dividend.splits.length === 0
          ? plain(floorMod(dividend.base, divisor))
          : this.remainder(this.single(dividend, expr), divisor, expr);
      }
      case "IntImm":
        return plain(expr);
      default:
        throw this.fail(
          `${reprExpr(expr)} may only consist of sums, products with constants, floorDiv and floorMod of ` +
            `indices`,
        );
    }
  }

  private plus(left: IterSum, right: IterSum, sign: 1 | -1): IterSum {
    const splits = [...left.splits];
    for (const split of right.splits) {
      const same = splits.findIndex((other) => samePart(other, split));
      const before = same < 0 ? zero(split.scale.dtype) : splits[same]!.scale;
      const scale = sign > 0 ? add(before, split.scale) : sub(before, split.scale);
      splits.splice(same < 0 ? splits.length : same, 1, { ...split, scale });
    }
    const base = sign > 0 ? add(left.base, right.base) : sub(left.base, right.base);
    return { splits, base };
  }

  private times(left: IterSum, right: IterSum, expr: PrimExpr): IterSum {
    const [sum, factor] = left.splits.length > 0 ? [left, right] : [right, left];
    if (factor.splits.length > 0) throw this.fail(`${reprExpr(expr)} is a product of indices`);
    return {
      splits: sum.splits.map((split) => ({ ...split, scale: mul(split.scale, factor.base) })),
      base: mul(sum.base, factor.base),
    };
  }

  private division(
    a: PrimExpr,
    b: PrimExpr,
    expr: PrimExpr,
  ): [dividend: IterSum, divisor: PrimExpr] {
    const divisor = this.sumOf(b);
    if (divisor.splits.length > 0) throw this.fail(`${reprExpr(expr)} divides by an index`);
    return [this.sumOf(a), divisor.base];
  }

  /** A sum of one split, which can be divided. */
  private single(sum: IterSum, expr: PrimExpr): { split: IterSplit; base: PrimExpr } {
    const { splits, base } = sum.splits.length === 1 ? sum : this.fuse(sum, expr);
    return { split: splits[0]!, base };
  }

  private quotient(
    dividend: { split: IterSplit; base: PrimExpr },
    by: PrimExpr,
    expr: PrimExpr,
  ): IterSum {
    let { split, base } = dividend;
    let divisor = by;
    if (isOne(divisor)) return { splits: [split], base };
    const { scale } = split;
    if (!isOne(scale)) {
      if (this.divides(divisor, scale) && this.divides(divisor, base)) {
        const reduced = { ...split, scale: floorDiv(scale, divisor) };
        return { splits: [reduced], base: floorDiv(base, divisor) };
      }
      if (!this.divides(scale, divisor) || !this.divides(scale, base)) {
        throw this.uneven(expr, divisor);
      }
      base = floorDiv(base, scale);
      divisor = floorDiv(divisor, scale);
      split = { ...split, scale: constant(1, divisor.dtype) };
    }
    this.checkAligned(base, divisor, expr);
    const quotient: IterSplit = {
      mark: split.mark,
      lowerFactor: mul(split.lowerFactor, divisor),
      extent: this.analyzer.simplify(floorDiv(split.extent, divisor)),
      scale: split.scale,
    };
    return { splits: [quotient], base: this.analyzer.simplify(floorDiv(base, divisor)) };
  }

  private remainder(
    dividend: { split: IterSplit; base: PrimExpr },
    by: PrimExpr,
    expr: PrimExpr,
  ): IterSum {
    const { split } = dividend;
    let { base } = dividend;
    let divisor = by;
    const { scale } = split;
    if (isOne(divisor)) return plain(zero(scale.dtype));
    if (!isOne(scale)) {
      if (this.divides(divisor, scale) && this.divides(divisor, base)) {
        return plain(zero(scale.dtype));
      }
      if (!this.divides(scale, divisor) || !this.divides(scale, base)) {
        throw this.uneven(expr, divisor);
      }
      base = floorDiv(base, scale);
      divisor = floorDiv(divisor, scale);
    }
    this.checkAligned(base, divisor, expr);
    return { splits: [{ ...split, extent: divisor }], base: zero(scale.dtype) };
  }

  /** Blocks must begin where the split begins: otherwise the first block would be shorter. */
  private checkAligned(base: PrimExpr, divisor: PrimExpr, expr: PrimExpr): void {
    if (this.divides(divisor, base)) return;
    throw this.fail(
      `${reprExpr(expr)} divides into blocks of ${reprExpr(divisor)} that begin at an offset of ` +
        `${reprExpr(base)}`,
    );
  }

  private uneven(expr: PrimExpr, divisor: PrimExpr): Error {
    return this.fail(`in ${reprExpr(expr)}, ${reprExpr(divisor)} does not divide evenly`);
  }

  private divides(divisor: PrimExpr, value: PrimExpr): boolean {
    return isZero(value) || this.analyzer.canProve(floorMod(value, divisor).eq(0));
  }

  /**
   * A sum as one split of a mark: each scale is the product of the next inner split's scale and
   * extent.
   * @throws when there is a gap or an overlap.
   */
  private fuse(sum: IterSum, expr: PrimExpr): IterSum {
    const gaps = (): Error =>
      this.fail(`in ${reprExpr(expr)}, the values of indices overlap or leave gaps`);
    const remaining = [...sum.splits];
    let innermost: number | undefined;
    let smallest = Infinity;
    remaining.forEach(({ scale }, i) => {
      if (scale.kind !== "IntImm" || scale.value >= smallest) return;
      [innermost, smallest] = [i, scale.value];
    });
    if (innermost === undefined || smallest === 0) throw gaps();
    const step = remaining[innermost]!.scale;
    const splits: IterSplit[] = [];
    for (let position = innermost, expected = step; ;) {
      const [split] = remaining.splice(position, 1) as [IterSplit];
      splits.unshift({ ...split, scale: this.analyzer.simplify(truncDiv(split.scale, step)) });
      expected = mul(split.scale, split.extent);
      if (remaining.length === 0) {
        const mark = this.markOf(splits, truncDiv(expected, step));
        return { splits: [{ ...whole(mark), scale: step }], base: sum.base };
      }
      const matches = remaining.map(({ scale }) => this.analyzer.canProveEqual(scale, expected));
      position = matches.lastIndexOf(true);
      if (position < 0) throw gaps();
    }
  }

  /** The mark of a sum; sums of the same splits share a mark. */
  private markOf(splits: readonly IterSplit[], extent: PrimExpr): Mark {
    const known = this.fused.find(
      (other) =>
        other.splits.length === splits.length &&
        other.splits.every(
          (split, i) => samePart(split, splits[i]!) && exprEqual(split.scale, splits[i]!.scale),
        ),
    );
    if (known !== undefined) return known.mark;
    const mark: Mark = { source: { splits, base: zero(extent.dtype) }, extent };
    this.fused.push({ splits, mark });
    return mark;
  }

  /** Checks that its splits cover every mark once, and that every index occurs. */
  checkCovered(sums: readonly IterSum[]): void {
    const splitsOf = new Map<Mark, IterSplit[]>();
    const collect = ({ splits }: IterSum): void => {
      for (const split of splits) {
        const known = splitsOf.get(split.mark);
        if (known !== undefined) known.push(split);
        else {
          splitsOf.set(split.mark, [split]);
          if ("splits" in split.mark.source) collect(split.mark.source);
        }
      }
    };
    sums.forEach(collect);
    for (const [mark, splits] of splitsOf) this.checkMark(mark, splits);
    for (const [variable, mark] of this.inputs) {
      if (splitsOf.has(mark) || isOne(mark.extent)) continue;
      throw this.fail(`${variable.name} does not occur, so its elements would share a position`);
    }
  }

  private checkMark(mark: Mark, splits: readonly IterSplit[]): void {
    const remaining = [...splits];
    let covered: PrimExpr = constant(1, mark.extent.dtype);
    while (remaining.length > 0) {
      const next = remaining.findIndex((split) =>
        this.analyzer.canProveEqual(split.lowerFactor, covered),
      );
      if (next < 0) throw this.fail(`parts of ${markText(mark)} overlap or leave some of it out`);
      const [split] = remaining.splice(next, 1) as [IterSplit];
      covered = mul(split.lowerFactor, split.extent);
    }
    if (this.analyzer.canProveEqual(covered, mark.extent)) return;
    throw this.fail(
      `the parts of ${markText(mark)} make ${reprExpr(this.analyzer.simplify(covered))} positions for ` +
        `${reprExpr(this.analyzer.simplify(mark.extent))}`,
    );
  }
}

function plain(base: PrimExpr): IterSum {
  return { splits: [], base };
}

function whole(mark: Mark): IterSplit {
  const unit = constant(1, mark.extent.dtype);
  return { mark, lowerFactor: unit, extent: mark.extent, scale: unit };
}

/** Whether two splits are the same part of the same mark. */
function samePart(a: IterSplit, b: IterSplit): boolean {
  return (
    a.mark === b.mark && exprEqual(a.lowerFactor, b.lowerFactor) && exprEqual(a.extent, b.extent)
  );
}

/** The text of a mark in messages: the indices in it. */
function markText({ source }: Mark): string {
  if (!("splits" in source)) return source.name;
  return source.splits.map(({ mark }) => markText(mark)).join(" and ");
}
