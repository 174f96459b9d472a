/**
 * The types of a network's values: tensors of constant shape, tuples of them, and unknown types.
 */

import type { ScalarType } from "../ir";
import { UsageError } from "../support";

export class TensorType {
  readonly kind = "tensor";
  constructor(
    readonly shape: readonly number[],
    readonly dtype: ScalarType,
  ) {}

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Relay's text: `Tensor[(1, 3), float32]`, and `float32` for a scalar. */
  toString(): string {
    if (this.shape.length === 0) return this.dtype;
    return `Tensor[(${this.shape.join(", ")}), ${this.dtype}]`;
  }
}

export class TupleType {
  readonly kind = "tuple";
  constructor(readonly fields: readonly Type[]) {}

  toString(): string {
    const fields = this.fields.map(String).join(", ");
    return this.fields.length === 1 ? `(${fields},)` : `(${fields})`;
  }
}

/** The type of values that cannot be computed: the graph can be drawn but not run, for `reason`. */
export class UnknownType {
  readonly kind = "unknown";
  constructor(readonly reason: string) {}

  toString(): string {
    return "?";
  }
}

export type Type = TensorType | TupleType | UnknownType;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((count, length) => count * length, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, d) => length === b[d]);
}

export function sameType(a: Type, b: Type): boolean {
  return a.kind === b.kind && a.kind !== "unknown" && String(a) === String(b);
}

/** @throws UsageError unless the type is a tensor's. */
export function tensorType(type: Type, what: string): TensorType {
  if (type.kind === "tensor") return type;
  if (type.kind === "unknown") throw new UsageError("network-value", type.reason);
  throw new UsageError(
    "network-value",
    `${what} must be a tensor; it is a tuple of ${type.fields.length} values`,
  );
}
