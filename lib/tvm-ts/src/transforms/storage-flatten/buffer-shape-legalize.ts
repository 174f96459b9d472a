/**
 * Gives realized buffers the shape of the realized region, with indices from 0.
 *
 *     realize B: [128, 128] in [(x*32):(x*32 + 32), 0:128] { B[(x*32 + i), j] = ... }
 *  => realize B: [32, 128]  in [0:32, 0:128]               { B[(x*32 + i) - x*32, j] = ... }
 *
 * Views (`buffer_bind_scope`) are shifted too, and get the dimensions of the viewed buffer.
 */

import {
  Feature,
  hasFeature,
  AttrStmt,
  BufferRealize,
  Buffer,
  IntImm,
  mapArray,
  mutator,
  Range,
  sub,
  update,
  Var,
  type Call,
  type PrimExpr,
  type PrimFunc,
  type Recur,
  type Stmt,
} from "../../ir";
import type { FunctionPass } from "../../pass";
import { InternalError } from "../../support";
import { ArgBinder } from "./arg-binder";
import { BufferScopes } from "./buffer-scopes";
import { withLayoutsOf } from "./layouts";

export const bufferShapeLegalize: FunctionPass = {
  name: "tir.BufferShapeLegalize",
  doc: "Gives realized buffers the shape of the realized region, with indices from 0.",
  run(func) {
    if (!hasFeature(func.body, Feature.BufferRealize | Feature.BufferBindScope)) return func;
    const external = [...func.bufferMap.values()];
    return legalize(func, external);
  },
};

interface Entry {
  readonly buffer: Buffer;
  /** Subtracted from indices. */
  readonly begins: readonly PrimExpr[];
}

const ZERO = new IntImm(0);

function legalize(func: PrimFunc, external: readonly Buffer[]): PrimFunc {
  const values = new Map<Var, PrimExpr>();
  const scopes = new BufferScopes<Entry>();
  for (const buffer of external) {
    scopes.define(buffer, { buffer, begins: buffer.shape.map(() => ZERO) });
  }

  const shifted = (indices: readonly PrimExpr[], { begins, buffer }: Entry) => {
    // A view may be accessed with fewer indices than the viewed buffer has dimensions: the leading
    // ones are 0.
    const missing = begins.length - indices.length;
    if (missing < 0) throw new InternalError(`buffer ${buffer.name} has too many indices`);
    const moved = mapArray(indices, (index, i) => sub(index, begins[missing + i]!));
    return missing === 0 ? moved : [...begins.slice(0, missing).map(() => ZERO), ...moved];
  };

  const bindView = (attr: AttrStmt, recur: Recur): Stmt => {
    const [view, target] = attr.node as readonly [Buffer, Buffer];
    const parent = scopes.get(target);
    const region = (attr.value as Call).args;
    const begins = parent.begins.map((_, i) => region[2 * i]!);
    const extents = parent.begins.map((_, i) => region[2 * i + 1]!);
    const reshaped = reshapeView(view, extents);
    scopes.define(view, { buffer: reshaped, begins: begins.map(() => ZERO) });

    const binder = new ArgBinder(values, attr.span);
    binder.bindBuffer(view, reshaped, true);
    const inner = binder.wrap(recur(attr.body));
    binder.forget();
    scopes.leave(view);

    const moved = begins.flatMap((begin, i) => [sub(begin, parent.begins[i]!), extents[i]!]);
    return update(attr, {
      node: [reshaped, parent.buffer],
      value: update(attr.value as Call, { args: moved }),
      body: inner,
    });
  };

  const body = mutator({
    Var: (variable) => values.get(variable),
    BufferRealize(realize, recur) {
      if (external.includes(realize.buffer)) return undefined;
      const { buffer, bounds, condition, span } = realize;
      const extents = bounds.map((bound) => bound.extent);
      const realized = buffer.with({ shape: extents });
      scopes.define(buffer, { buffer: realized, begins: bounds.map((bound) => bound.min) });
      const inner = recur(realize.body);
      scopes.leave(buffer);
      const region = extents.map((extent) => new Range(ZERO, extent));
      return new BufferRealize(realized, region, condition, inner, span);
    },
    BufferLoad(node, recur) {
      const load = recur.children(node);
      const entry = scopes.find(node.buffer);
      if (entry === undefined) return load;
      return update(load, { buffer: entry.buffer, indices: shifted(load.indices, entry) });
    },
    BufferStore(node, recur) {
      const store = recur.children(node);
      const entry = scopes.find(node.buffer);
      if (entry === undefined) return store;
      return update(store, { buffer: entry.buffer, indices: shifted(store.indices, entry) });
    },
    Prefetch(node, recur) {
      const prefetch = recur.children(node);
      const entry = scopes.find(node.buffer);
      if (entry === undefined) return prefetch;
      const bounds = prefetch.bounds.map(
        (bound, i) => new Range(sub(bound.min, entry.begins[i]!), bound.extent),
      );
      return update(prefetch, { buffer: entry.buffer, bounds });
    },
    AttrStmt(attr, recur) {
      if (attr.key === "buffer_bind_scope") return bindView(attr, recur);
      if (!(attr.node instanceof Buffer)) return undefined;
      // The buffer's new shape is known only after its realization, which is inside.
      const inner = recur(attr.body);
      return update(attr, { node: scopes.lookup(attr.node)?.buffer ?? attr.node, body: inner });
    },
  })(func.body);
  return withLayoutsOf(func.with({ body }), (buffer) => scopes.lookup(buffer)?.buffer ?? buffer);
}

/** The view with as many dimensions as the viewed buffer. */
function reshapeView(view: Buffer, extents: readonly PrimExpr[]): Buffer {
  const missing = extents.length - view.shape.length;
  if (missing < 0) {
    throw new InternalError(`view ${view.name} has more dimensions than the buffer it views`);
  }
  if (missing === 0) return view.with({ shape: extents });
  const padding = extents.slice(0, missing);
  const shape = [...padding.map(() => new IntImm(1)), ...view.shape];
  if (view.strides.length === 0) return view.with({ shape });
  // The strides of the added dimensions are not specified.
  const unknown = padding.map(() => new Var("stride", view.shape[0]!.dtype));
  return view.with({ shape, strides: [...unknown, ...view.strides] });
}
