/**
 * Finds the dimensions of a scan's state along which elements are independent: step `t` of element `i`
 * reads only elements `i` of earlier steps. Along such a dimension only the elements that are read
 * must be computed; along the others, all.
 */

import { postOrderVisit, type IterVar } from "../../ir";
import type { ScanOp } from "../operation";
import type { Tensor } from "../tensor";
import { stagesBetween } from "./group";
import type { Schedule } from "./schedule";

/** The spatial axes of `scan` along which elements are independent. */
export function scanFixPoints(schedule: Schedule, scan: ScanOp): ReadonlySet<IterVar> {
  const tracker = new DimensionTracker();
  let next = 0;
  scan.update.forEach((update, i) => {
    for (let dim = 1; dim < update.ndim; dim++) {
      tracker.setAxis(scan.statePlaceholder[i]!, dim, scan.spatialAxis[next++]!);
    }
  });
  const inputs = [...scan.statePlaceholder, ...scan.inputs];
  for (const { op } of stagesBetween(schedule, scan.update, inputs, false)) {
    if (op.kind === "scan") tracker.propagateScan(op);
    if (op.kind !== "compute") continue;
    for (const body of op.body) {
      postOrderVisit(body, (node) => {
        if (node.kind !== "ProducerLoad") return;
        node.indices.forEach((index, dim) => {
          const position = op.axis.findIndex((axis) => axis.var_ === index);
          const source = node.producer as Tensor;
          if (position < 0) tracker.markDependent(source, dim);
          else for (const output of op.outputs) tracker.propagate(source, dim, output, position);
        });
      });
    }
  }
  const fixed = new Set<IterVar>();
  next = 0;
  for (const update of scan.update) {
    for (let dim = 1; dim < update.ndim; dim++) {
      const axis = scan.spatialAxis[next++]!;
      if (tracker.isIndependent(update, dim, axis)) fixed.add(axis);
    }
  }
  return fixed;
}

/** The axis of the state that corresponds to each dimension of each tensor, if any. */
class DimensionTracker {
  private readonly axes = new Map<Tensor, (IterVar | undefined)[]>();
  private readonly failed = new Set<IterVar>();

  private axisOf(tensor: Tensor, dim: number): IterVar | undefined {
    return this.axes.get(tensor)?.[dim];
  }

  setAxis(tensor: Tensor, dim: number, axis: IterVar): void {
    const dims = this.axes.get(tensor) ?? [];
    dims[dim] = axis;
    this.axes.set(tensor, dims);
  }

  /** A dimension is read at an index that is not an axis, so its elements are not independent. */
  markDependent(tensor: Tensor, dim: number): void {
    const axis = this.axisOf(tensor, dim);
    if (axis !== undefined) this.failed.add(axis);
  }

  /**
   * An element of `to` is computed from the element of `from` with the same index: `toDim` of `to` is
   * `fromDim` of `from`.
   */
  propagate(from: Tensor, fromDim: number, to: Tensor, toDim: number): void {
    const axis = this.axisOf(from, fromDim);
    if (axis === undefined) return;
    const known = this.axisOf(to, toDim);
    if (known === undefined) this.setAxis(to, toDim, axis);
    else if (known !== axis) this.failed.add(known).add(axis);
  }

  propagateScan(scan: ScanOp): void {
    scan.outputs.forEach((output, i) => {
      for (let dim = 1; dim < output.ndim; dim++) {
        this.propagate(scan.update[i]!, dim, output, dim);
        this.propagate(scan.init[i]!, dim, output, dim);
      }
    });
  }

  isIndependent(tensor: Tensor, dim: number, axis: IterVar): boolean {
    return !this.failed.has(axis) && this.axisOf(tensor, dim) === axis;
  }
}
