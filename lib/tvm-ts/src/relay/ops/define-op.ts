/** Helpers for defining operators. */

import { UsageError } from "../../support";
import { Call, type Expr } from "../relay-expr";
import { Op, type Attrs, type OpDefinition } from "../relay-op";
import { TensorType, tensorType, type Type } from "../type";

const operators = new Map<string, Op>();

export function defineOp(definition: OpDefinition): Op {
  const op = new Op(definition);
  operators.set(op.name, op);
  return op;
}

/** The operator with a Relay name. @throws UsageError when there is none. */
export function operator(name: string): Op {
  const op = operators.get(name);
  if (op === undefined) throw new UsageError("network-operator", `there is no operator '${name}'`);
  return op;
}

/** A call with the defaults filled in. */
export function call(op: Op, args: readonly Expr[], attrs: Attrs = {}, origin?: string): Call {
  return new Call(op, args, op.settings(attrs), origin);
}

/** @throws UsageError unless there are `count` tensors. */
export function tensors(op: string, types: readonly Type[], count: number): TensorType[] {
  if (types.length !== count) {
    throw new UsageError(
      "network-operator",
      `${op} takes ${count} arguments; it has ${types.length}`,
    );
  }
  return types.map((type, i) => tensorType(type, `argument ${i} of ${op}`));
}

/** @throws UsageError with `text` unless `condition` holds. */
export function assertOperator(op: string, condition: boolean, text: string): asserts condition {
  if (!condition) throw new UsageError("network-operator", `${op}: ${text}`);
}

/** The axis counted from the front. @throws UsageError when there is no such axis. */
export function axisFromFront(op: string, axis: number, rank: number): number {
  assertOperator(
    op,
    Number.isInteger(axis) && axis >= -rank && axis < rank,
    `axis ${axis} is not an axis of a tensor with ${rank} dimensions`,
  );
  return axis < 0 ? axis + rank : axis;
}

/** The shape that two shapes broadcast to. @throws UsageError when they do not broadcast. */
export function broadcastShape(op: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, d) => {
    const left = a[d - rank + a.length] ?? 1;
    const right = b[d - rank + b.length] ?? 1;
    assertOperator(
      op,
      left === right || left === 1 || right === 1,
      `[${a.join(", ")}] and [${b.join(", ")}] do not broadcast`,
    );
    return left === 1 ? right : left;
  });
}

/** Strides in elements of a row-major array. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let d = shape.length - 1, step = 1; d >= 0; step *= shape[d--]!) strides[d] = step;
  return strides;
}

/** Strides that read an array of `shape` as an array of shape `as`, to which it broadcasts. */
export function broadcastStrides(shape: readonly number[], as: readonly number[]): number[] {
  const strides = rowMajorStrides(shape);
  return as.map((_, d) => {
    const own = d - as.length + shape.length;
    return own < 0 || shape[own] === 1 ? 0 : strides[own]!;
  });
}

/**
 * Iterates over the elements of `shape` in row-major order: `visit(i, positions)` gets the
 * element's index and a position for each list of strides.
 */
export function forEachPosition(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (i: number, positions: readonly number[]) => void,
): void {
  const size = shape.reduce((count, length) => count * length, 1);
  const index = shape.map(() => 0);
  const positions = strides.map(() => 0);
  for (let i = 0; i < size; i++) {
    visit(i, positions);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < shape[d]!) {
        for (let s = 0; s < strides.length; s++) positions[s]! += strides[s]![d]!;
        break;
      }
      for (let s = 0; s < strides.length; s++) positions[s]! -= strides[s]![d]! * (shape[d]! - 1);
      index[d] = 0;
    }
  }
}
