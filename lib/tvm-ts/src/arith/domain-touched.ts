/** The part of a buffer that a statement reads or writes. */

import { type Buffer, type PrimExpr, type Range, type Stmt } from "../ir";
import { UsageError } from "../support";
import { Analyzer } from "./analyzer";
import { IntSet } from "./int-set";
import { simplifyingMutator } from "./scoped-mutator";
import { union } from "./set-algebra";

/**
 * A range for each dimension that covers the elements of `buffer` that `stmt` loads (if `loads`) and
 * stores (if `stores`), the loops of `stmt` included. Undefined when it accesses none, or when a
 * dimension is unbounded.
 */
export function domainTouched(
  stmt: Stmt,
  buffer: Buffer,
  loads: boolean,
  stores: boolean,
): readonly Range[] | undefined {
  if (!loads && !stores)
    throw new UsageError("tir-builder", "domainTouched needs loads or stores, or both, to be true");
  const analyzer = new Analyzer();
  const touched: IntSet[][] = buffer.shape.map(() => []);
  const note = (indices: readonly PrimExpr[]): void => {
    indices.forEach((index, axis) => {
      const set = index.kind === "Ramp" ? IntSet.vector(index) : analyzer.intSet(index);
      (touched[axis] ??= []).push(set);
    });
  };
  simplifyingMutator(analyzer, {
    BufferLoad(load) {
      if (loads && load.buffer === buffer) note(load.indices);
      return undefined;
    },
    BufferStore(store) {
      if (stores && store.buffer === buffer) note(store.indices);
      return undefined;
    },
  })(stmt);
  const ranges = touched.map((sets) => union(sets).coverRange(undefined));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}
