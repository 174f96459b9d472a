/**
 * Dimensions of a scan's state that its steps keep apart: step `t` of element `i` is made from
 * elements `i` of earlier steps only. Of such a dimension, no more need be computed than is asked
 * for; of any other, everything.
 */

import { postOrderVisit, type IterVar } from "../../ir";
import type { ScanOp } from "../operation";
import type { Tensor } from "../tensor";
import { stagesBetween } from "./group";
import type { Schedule } from "./schedule";

/** The spatial axes of `scan` that its update keeps apart. */
export function scanFixPoints(schedule: Schedule, scan: ScanOp): ReadonlySet<IterVar> {
  const tracker = new DimensionTracker();
  let next = 0;
  scan.update.forEach((update, i) => {
    for (let dim = 1; dim < update.ndim; dim++) {
      tracker.begin(scan.statePlaceholder[i]!, dim, scan.spatialAxis[next++]!);
    }
  });
  const inputs = [...scan.statePlaceholder, ...scan.inputs];
  for (const { op } of stagesBetween(schedule, scan.update, inputs, false)) {
    if (op.kind === "scan") tracker.throughScan(op);
    if (op.kind !== "compute") continue;
    for (const body of op.body) {
      postOrderVisit(body, (node) => {
        if (node.kind !== "ProducerLoad") return;
        node.indices.forEach((index, dim) => {
          const position = op.axis.findIndex((axis) => axis.var_ === index);
          const source = node.producer as Tensor;
          if (position < 0) tracker.mixed(source, dim);
          else for (const output of op.outputs) tracker.carry(source, dim, output, position);
        });
      });
    }
  }
  const fixed = new Set<IterVar>();
  next = 0;
  for (const update of scan.update) {
    for (let dim = 1; dim < update.ndim; dim++) {
      const axis = scan.spatialAxis[next++]!;
      if (tracker.isExactly(update, dim, axis)) fixed.add(axis);
    }
  }
  return fixed;
}

/** Which axis of the state each dimension of each tensor is, as far as it is one. */
class DimensionTracker {
  private readonly axes = new Map<Tensor, (IterVar | undefined)[]>();
  private readonly failed = new Set<IterVar>();

  private axisOf(tensor: Tensor, dim: number): IterVar | undefined {
    return this.axes.get(tensor)?.[dim];
  }

  begin(tensor: Tensor, dim: number, axis: IterVar): void {
    const dims = this.axes.get(tensor) ?? [];
    dims[dim] = axis;
    this.axes.set(tensor, dims);
  }

  /** A dimension is read at an index that is not an axis: elements mix. */
  mixed(tensor: Tensor, dim: number): void {
    const axis = this.axisOf(tensor, dim);
    if (axis !== undefined) this.failed.add(axis);
  }

  /** Dimension `toDim` of `to` is made from the same element of `fromDim` of `from`. */
  carry(from: Tensor, fromDim: number, to: Tensor, toDim: number): void {
    const axis = this.axisOf(from, fromDim);
    if (axis === undefined) return;
    const known = this.axisOf(to, toDim);
    if (known === undefined) this.begin(to, toDim, axis);
    else if (known !== axis) this.failed.add(known).add(axis);
  }

  throughScan(scan: ScanOp): void {
    scan.outputs.forEach((output, i) => {
      for (let dim = 1; dim < output.ndim; dim++) {
        this.carry(scan.update[i]!, dim, output, dim);
        this.carry(scan.init[i]!, dim, output, dim);
      }
    });
  }

  isExactly(tensor: Tensor, dim: number, axis: IterVar): boolean {
    return !this.failed.has(axis) && this.axisOf(tensor, dim) === axis;
  }
}
