/** Checks of the packed operators' tensors, and the operators' workloads in AutoTVM's terms. */

import { tir, UsageError, type te } from "tvm-ts";
import type { TemplateArguments, TensorArgument, WorkloadKey } from "../records";

/** The lengths of a tensor's dimensions. @throws UsageError unless there are `ndim` constant ones. */
export function lengths(
  operator: string,
  tensor: te.Tensor,
  ndim: number,
  layout: string,
): number[] {
  const lengths = tensor.shape.map((extent) => tir.constIntValue(extent));
  if (lengths.length === ndim && lengths.every((length) => length !== undefined)) return lengths;
  throw new UsageError(
    "vta-operator",
    `${operator}: ${tensor.name} has the shape ${tir.reprList(tensor.shape)}; it must be packed as ` +
      `${layout}, ${ndim} dimensions of constant length`,
  );
}

/** @throws UsageError with `text` unless `condition` holds. */
export function assertWorkload(
  operator: string,
  condition: boolean,
  text: string,
): asserts condition {
  if (!condition) throw new UsageError("vta-operator", `${operator}: ${text}`);
}

/** Both of a pair, or one number for both. */
export type Pair = number | readonly [number, number];

/** @throws UsageError unless both are integers, `least` or more. */
export function pair(operator: string, name: string, given: Pair, least: number): [number, number] {
  const both: readonly number[] = typeof given === "number" ? [given, given] : given;
  assertWorkload(
    operator,
    both.length === 2,
    `${name} has ${both.length} numbers; it takes one or two`,
  );
  const [first, second] = both as [number, number];
  for (const value of [first, second]) {
    assertWorkload(
      operator,
      Number.isInteger(value) && value >= least,
      `${name} is ${value}; it must be an integer of at least ${least}`,
    );
  }
  return [first, second];
}

const workloads = new WeakMap<te.Operation, WorkloadKey>();

/** Stores the AutoTVM workload of an operator. @returns the operator's result */
export function noteWorkload(result: te.Tensor, task: string, args: TemplateArguments): te.Tensor {
  workloads.set(result.op, { task, args });
  return result;
}

/** The AutoTVM workload of an operator. */
export function workloadOf(op: te.Operation): WorkloadKey | undefined {
  return workloads.get(op);
}

/** A tensor as an argument in AutoTVM's records. */
export function tensorArgument(shape: readonly number[], { dtype }: te.Tensor): TensorArgument {
  return ["TENSOR", shape, dtype];
}
