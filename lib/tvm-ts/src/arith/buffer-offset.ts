/**
 * The position of a buffer's elements in memory: offsets from indices, and buffers viewed as flat
 * memory or as parts of another buffer. Offsets count elements.
 */

import {
  add,
  Buffer,
  constant,
  exprEqual,
  floorMod,
  isOne,
  isZero,
  mapArray,
  mul,
  sub,
  type FloorMod,
  type Mul,
  type PrimExpr,
} from "../ir";
import { UsageError } from "../support";
import { factlessAnalyzer, type FactlessAnalyzer } from "./analyzer";
import { plus } from "./operators";

/**
 * The offset of an element from the start of the buffer's memory: one for each group of dimensions
 * that `axisSeparators` defines, usually a single one. A quotient and a remainder of the same index
 * are joined again.
 * @throws UsageError when the number of indices is not the number of dimensions.
 */
export function elemOffset(
  buffer: Buffer,
  indices: readonly PrimExpr[],
  analyzer: FactlessAnalyzer = factlessAnalyzer(),
): readonly PrimExpr[] {
  const { shape, strides, axisSeparators } = buffer;
  if (indices.length !== shape.length) {
    throw new UsageError(
      "tir-index-count",
      `buffer ${buffer.name} has ${shape.length} dimensions, but is accessed with ` +
        `${indices.length} indices`,
    );
  }
  const offsets = [constant(0), ...axisSeparators.map(() => constant(0))];
  let group = 0;
  indices.forEach((index, axis) => {
    if (axis === axisSeparators[group]) group++;
    const before = offsets[group]!;
    const offset =
      strides.length > 0
        ? add(before, mul(index, strides[axis]!))
        : add(mul(before, shape[axis]!), index);
    offsets[group] = axis > 0 ? joinRemainders(analyzer, offset) : offset;
  });
  if (!isZero(buffer.elemOffset)) {
    if (offsets.length > 1) {
      throw new UsageError(
        "tir-buffer-layout",
        `buffer ${buffer.name} has an offset and several groups of dimensions; ` +
          `an offset is only possible for flat memory`,
      );
    }
    offsets[0] = add(offsets[0]!, buffer.elemOffset);
  }
  return offsets.map((offset) => analyzer.simplify(offset));
}

// Joining quotients and remainders --------------------------------------------------------------

/** The parts of a sum: products, remainders, and the sum of all other terms. */
interface Parts {
  readonly products: Mul[];
  readonly remainders: FloorMod[];
  rest: PrimExpr | undefined;
}

/** Adds the terms of a sum to `parts`. Returns which kinds occurred. */
function file(parts: Parts, sum: PrimExpr): { product: boolean; remainder: boolean } {
  const met = { product: false, remainder: false };
  for (const term of termsOf(sum)) {
    if (term.kind === "FloorMod") {
      met.remainder = true;
      parts.remainders.push(term);
    } else if (term.kind === "Mul") {
      met.product = true;
      parts.products.push(term);
    } else {
      parts.rest = plus(parts.rest, term);
    }
  }
  return met;
}

function termsOf(sum: PrimExpr): PrimExpr[] {
  const terms: PrimExpr[] = [];
  const pending = [sum];
  for (let term = pending.pop(); term !== undefined; term = pending.pop()) {
    if (term.kind === "Add") pending.push(term.b, term.a);
    else terms.push(term);
  }
  return terms;
}

/** `(a + x//n) * n + x%n -> a*n + x`, in any order of terms, until nothing more can be joined. */
function joinRemainders(analyzer: FactlessAnalyzer, offset: PrimExpr): PrimExpr {
  const sum = analyzer.simplify(dividend(offset) ?? offset);
  const parts: Parts = { products: [], remainders: [], rest: undefined };
  file(parts, sum);
  let joinedAny = false;
  for (let i = 0; i < parts.remainders.length;) {
    const joined = joinOne(analyzer, parts, i);
    if (joined === undefined) {
      i++;
      continue;
    }
    joinedAny = true;
    const met = file(parts, joined);
    // A new product may match a remainder that matched none before.
    if (met.product) i = 0;
    else if (met.remainder && i === parts.remainders.length) i--;
  }
  if (!joinedAny) return sum;
  let result = parts.rest;
  for (const product of parts.products) result = plus(result, product);
  for (const { a, b } of parts.remainders) result = plus(result, floorMod(a, b));
  return result!;
}

/** Joins the remainder with a product, and removes both from `parts`. */
function joinOne(analyzer: FactlessAnalyzer, parts: Parts, i: number): PrimExpr | undefined {
  const remainder = parts.remainders[i]!;
  for (const [j, product] of parts.products.entries()) {
    const joined = join(analyzer, product, remainder);
    if (joined === undefined) continue;
    parts.remainders.splice(i, 1);
    parts.products.splice(j, 1);
    return joined;
  }
  return undefined;
}

/** `x` for `x//y*y + x%y` */
function dividend(expr: PrimExpr): PrimExpr | undefined {
  if (expr.kind !== "Add" || expr.a.kind !== "Mul" || expr.b.kind !== "FloorMod") return undefined;
  const { a: quotient, b: factor } = expr.a;
  if (quotient.kind !== "FloorDiv") return undefined;
  const same =
    exprEqual(quotient.b, factor) && exprEqual(quotient.a, expr.b.a) && exprEqual(factor, expr.b.b);
  return same ? quotient.a : undefined;
}

/**
 * `(a + b + ... + x//n*k) * m` plus `y%n`, where `n = k*m` and `x = y` modulo `n`, becomes `(a + b +
 * ...)*m + x`. The factors must be equal as expressions.
 */
function join(analyzer: FactlessAnalyzer, product: Mul, remainder: FloorMod): PrimExpr | undefined {
  let outer = product.b;
  let node = product.a;
  for (; node.kind === "Mul"; node = node.a) outer = mul(node.b, outer);
  let inner: PrimExpr | undefined;
  let others: PrimExpr | undefined;
  for (;;) {
    switch (node.kind) {
      case "Add":
        if (inner !== undefined) return undefined;
        others = plus(others, node.a);
        node = node.b;
        break;
      case "Mul":
        inner = inner === undefined ? node.b : mul(node.b, inner);
        node = node.a;
        break;
      case "FloorDiv": {
        const whole = inner === undefined ? outer : mul(inner, outer);
        const difference = sub(node.a, remainder.a);
        const joins =
          exprEqual(whole, node.b) &&
          exprEqual(whole, remainder.b) &&
          analyzer.canProveEqual(floorMod(difference, remainder.b), 0);
        if (!joins) return undefined;
        return others === undefined ? node.a : add(mul(others, outer), node.a);
      }
      default:
        return undefined;
    }
  }
}

// Views -----------------------------------------------------------------------------------------

/**
 * The buffer with one dimension for each group of dimensions (one in all, without `axisSeparators`):
 * the buffer that `elemOffset` indexes.
 * @throws UsageError when a separator makes an empty group.
 */
export function flattenedBuffer(buffer: Buffer): Buffer {
  const { shape, strides, axisSeparators } = buffer;
  const starts = [0, ...axisSeparators];
  const ascending = axisSeparators.every((at, i) => at > starts[i]! && at < shape.length);
  if (!ascending) {
    throw new UsageError(
      "tir-buffer-layout",
      `axis separators [${axisSeparators.join(", ")}] of buffer ${buffer.name} must ascend ` +
        `between 1 and ${shape.length - 1}`,
    );
  }
  const extents = starts.map((start, i) => {
    if (strides.length > 0) return mul(strides[start]!, shape[start]!);
    return shape.slice(start, starts[i + 1]).reduce<PrimExpr>((n, dim) => mul(n, dim), constant(1));
  });
  return buffer.with({
    shape: extents,
    strides: [],
    axisSeparators: axisSeparators.map((_, i) => i + 1),
  });
}

/** The buffer with explicit strides of its compact layout. */
export function makeStrideView(buffer: Buffer): Buffer {
  const { shape } = buffer;
  if (buffer.strides.length > 0 || shape.length === 0) return buffer;
  const strides: PrimExpr[] = [];
  let stride = constant(1, buffer.indexType);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides.unshift(stride);
    stride = mul(stride, shape[axis]!);
  }
  return buffer.with({ strides });
}

/**
 * The part of a buffer that starts at `begins` and has `extents` elements, as a buffer. It has
 * strides only if it is not compact.
 * @throws UsageError when the buffer has several groups of dimensions.
 */
export function makeSlice(
  buffer: Buffer,
  begins: readonly PrimExpr[],
  extents: readonly PrimExpr[],
): Buffer {
  const analyzer = factlessAnalyzer();
  const starts = mapArray(begins, (begin) => analyzer.simplify(begin));
  const offsets = elemOffset(buffer, starts).map((offset) => analyzer.simplify(offset));
  if (offsets.length > 1) {
    throw new UsageError(
      "tir-buffer-layout",
      `buffer ${buffer.name} has several groups of dimensions; a part of it is not a buffer`,
    );
  }
  if (buffer.strides.length === 0 && hasGaps(analyzer, buffer, starts, extents)) {
    return makeSlice(makeStrideView(buffer), starts, extents);
  }
  return new Buffer(
    buffer.data,
    buffer.dtype,
    extents,
    buffer.strides,
    offsets[0]!,
    `${buffer.name}_slice`,
    buffer.dataAlignment,
    1,
    buffer.autoBroadcast,
  );
}

/**
 * Whether a slice omits elements in a dimension after its first dimension of extent other than 1.
 */
function hasGaps(
  analyzer: FactlessAnalyzer,
  buffer: Buffer,
  begins: readonly PrimExpr[],
  extents: readonly PrimExpr[],
): boolean {
  const first = extents.findIndex((extent) => !isOne(extent));
  if (first < 0) return false;
  return extents.slice(first + 1).some((extent, i) => {
    const axis = first + 1 + i;
    const isWhole = isZero(analyzer.simplify(sub(extent, buffer.shape[axis]!)));
    return !isZero(begins[axis]!) || !isWhole;
  });
}
