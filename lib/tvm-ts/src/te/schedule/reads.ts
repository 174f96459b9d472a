/** The elements of its inputs that an operation reads, for sets of values of its axes. */

import { evalSet, IntSet, type Analyzer } from "../../arith";
import { NEG_INF, POS_INF, Range, sub, zero, type PrimExpr, type Var } from "../../ir";
import type { Operation, ScanOp } from "../operation";
import type { Tensor } from "../tensor";

/** The parts of a tensor that are read: for each dimension, one set per read. */
export type ReadSets = readonly IntSet[][];

/** Empty read sets for `tensors`. */
export function noReads(tensors: readonly Tensor[]): ReadonlyMap<Tensor, ReadSets> {
  return new Map(tensors.map((tensor) => [tensor, tensor.shape.map(() => [])]));
}

/** Adds the reads of `op` to those tensors that are keys of `reads`. */
export function propagateReads(
  op: Operation,
  analyzer: Analyzer,
  sets: ReadonlyMap<Var, IntSet>,
  reads: ReadonlyMap<Tensor, ReadSets>,
): void {
  switch (op.kind) {
    case "compute":
      for (const [tensor, dims] of reads) {
        for (const { indices } of op.reads.get(tensor) ?? []) {
          indices.forEach((index, i) => {
            const set = analyzer.intSet(index, sets);
            dims[i]!.push(withinShape(set, tensor.shape[i]!, analyzer));
          });
        }
      }
      return;
    case "scan":
      return propagateScan(op, sets, reads);
    case "extern":
      for (const tensor of op.inputTensors) {
        reads.get(tensor)?.forEach((dim, i) => {
          const extent = tensor.shape[i]!;
          dim.push(IntSet.fromRange(new Range(zero(extent.dtype), extent)));
        });
      }
      return;
    case "tensor_compute_op":
      op.inputTensors.forEach((tensor, k) => {
        reads.get(tensor)?.forEach((dim, i) => dim.push(evalSet(op.inputRegions[k]![i]!, sets)));
      });
      return;
    case "placeholder":
      return;
  }
}

/**
 * The set limited to the tensor's bounds where these are provably tighter: reads outside a tensor have
 * no meaning. Either both ends are replaced or none: little can be proved about a set with a tensor's
 * bound at one end and a thread index at the other.
 */
function withinShape(set: IntSet, extent: PrimExpr, analyzer: Analyzer): IntSet {
  const first = zero(extent.dtype);
  const last = sub(extent, 1);
  const open = set.min === NEG_INF && set.max === POS_INF;
  const tighter =
    open ||
    (set.min !== POS_INF &&
      set.max !== NEG_INF &&
      provesAtLeast(analyzer, first, set.min) &&
      provesAtLeast(analyzer, set.max, last));
  return tighter ? IntSet.interval(first, last) : set;
}

function provesAtLeast(analyzer: Analyzer, a: PrimExpr, b: PrimExpr): boolean {
  if (a === POS_INF || b === NEG_INF) return true;
  if (a === NEG_INF || b === POS_INF) return false;
  return analyzer.canProve(a.ge(b));
}

function propagateScan(
  op: ScanOp,
  sets: ReadonlyMap<Var, IntSet>,
  reads: ReadonlyMap<Tensor, ReadSets>,
): void {
  let next = 0;
  op.update.forEach((update, i) => {
    const init = op.init[i]!;
    reads.get(init)?.[0]!.push(IntSet.fromRange(new Range(zero("int32"), init.shape[0]!)));
    reads.get(update)?.[0]!.push(sets.get(op.scanAxis.var_)!);
    for (let dim = 1; dim < update.ndim; dim++, next++) {
      const set = sets.get(op.spatialAxis[next]!.var_)!;
      reads.get(init)?.[dim]!.push(set);
      reads.get(update)?.[dim]!.push(set);
    }
  });
}
