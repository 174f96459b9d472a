/**
 * Replaces accesses of a view by accesses of the viewed buffer.
 *
 *     attr [[Ab, A]] "buffer_bind_scope" = (x*4, 4, 0, 8);  f(Ab.data, Ab.elem_offset)  Ab[i, j]
 *  => f(A.data, x*32)  A[x*4 + i, j]
 */

import { makeSlice, makeStrideView } from "../../arith";
import {
  Feature,
  hasFeature,
  add,
  cast,
  mapArray,
  mutator,
  Range,
  reprList,
  update,
  type AttrStmt,
  type Buffer,
  type Call,
  type PrimExpr,
  type Recur,
  type Stmt,
  type Var,
} from "../../ir";
import type { FunctionPass } from "../../pass";
import { UsageError } from "../../support";
import { boundAnalyzer } from "../analysis/bound-analyzer";
import { ArgBinder } from "./arg-binder";

export const bufferBindUnwrapper: FunctionPass = {
  name: "tir.BufferBindUnwrapper",
  doc: "Replaces accesses of a view by accesses of the viewed buffer.",
  run(func) {
    if (!hasFeature(func.body, Feature.BufferBindScope)) return func;
    return func.with({ body: unwrap(func.body) });
  },
};

interface View {
  readonly target: Buffer;
  readonly begins: readonly PrimExpr[];
}

function unwrap(body: Stmt): Stmt {
  const analyzer = boundAnalyzer(body);
  const values = new Map<Var, PrimExpr>();
  const views = new Map<Buffer, View>();

  const shifted = (indices: readonly PrimExpr[], { begins }: View): readonly PrimExpr[] =>
    mapArray(indices, (index, i) => add(begins[i]!, index));

  const bindView = (attr: AttrStmt, recur: Recur): Stmt => {
    const [source, target] = attr.node as readonly [Buffer, Buffer];
    const region = (attr.value as Call).args.map((bound) => analyzer.simplify(bound));
    const begins = region.filter((_, i) => i % 2 === 0);
    const extents = region.filter((_, i) => i % 2 === 1);
    views.set(source, { target, begins });

    const binder = new ArgBinder(values, attr.span);
    binder.bindBuffer(source, viewOf(source, target, begins, extents, attr), false);
    // The bound region may itself contain bound variables, so it is rewritten too.
    const result = recur(binder.wrap(attr.body));
    binder.forget();
    return result;
  };

  return mutator({
    Var: (variable) => values.get(variable),
    AttrStmt: (attr, recur) =>
      attr.key === "buffer_bind_scope" ? bindView(attr, recur) : undefined,
    BufferLoad(node, recur) {
      const load = recur.children(node);
      const view = views.get(node.buffer);
      if (view === undefined) return load;
      return update(load, { buffer: view.target, indices: shifted(load.indices, view) });
    },
    BufferStore(node, recur) {
      const store = recur.children(node);
      const view = views.get(node.buffer);
      if (view === undefined) return store;
      return update(store, { buffer: view.target, indices: shifted(store.indices, view) });
    },
    Prefetch(node, recur) {
      const prefetch = recur.children(node);
      const view = views.get(node.buffer);
      if (view === undefined) return prefetch;
      const bounds = prefetch.bounds.map(
        (bound, i) => new Range(add(bound.min, view.begins[i]!), bound.extent),
      );
      return update(prefetch, { buffer: view.target, bounds });
    },
  })(body);
}

/** The region of `target` as a buffer, with strides if `source` was declared with strides. */
function viewOf(
  source: Buffer,
  target: Buffer,
  begins: readonly PrimExpr[],
  extents: readonly PrimExpr[],
  attr: AttrStmt,
): Buffer {
  const slice = makeSlice(target, begins, extents);
  if (source.strides.length === 0 && slice.strides.length > 0) {
    throw new UsageError(
      "te-tensorize",
      `buffer ${source.name} of a tensor intrinsic was declared compact, but the region ` +
        `${reprList(extents)} of ${target.name} it views is not (strides ` +
        `${reprList(slice.strides)}); declare the buffer with strides`,
      { span: attr.span },
    );
  }
  const view = source.strides.length === 0 ? slice : makeStrideView(slice);
  // The offset is compared with the declared offset, in the type of the declared offset.
  return view.with({ elemOffset: cast(source.elemOffset.dtype, view.elemOffset) });
}
