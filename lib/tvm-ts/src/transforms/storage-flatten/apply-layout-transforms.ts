/**
 * Applies the layouts of `transformLayout` to buffers and their accesses.
 *
 *     realize B: [16]   in [0:16]      { B[i] = ... }                          // i => [i//4, i%4]
 *  => realize B: [4, 4] in [0:4, 0:4]  { B[floordiv(i, 4), floormod(i, 4)] = ... }
 */

import { mapIndices, mapRanges, mapShape } from "../../arith";
import {
  Buffer,
  mutator,
  update,
  type IndexMap,
  type PrimExpr,
  type PrimFunc,
  type Var,
} from "../../ir";
import type { FunctionPass } from "../../pass";
import { UsageError, type ErrorNote } from "../../support";
import { layoutsOf, withoutLayouts } from "./layouts";

export const applyLayoutTransforms: FunctionPass = {
  name: "tir.ApplyLayoutTransforms",
  doc: "Applies the layouts of transformLayout to buffers and their accesses.",
  run(func) {
    const layouts = layoutsOf(func);
    return layouts === undefined ? func : withoutLayouts(apply(func, layouts.maps));
  },
};

type Layouts = ReadonlyMap<Buffer, readonly IndexMap[]>;

/** A buffer in its new layout, and the maps to that layout. */
interface Moved {
  readonly buffer: Buffer;
  readonly maps: readonly IndexMap[];
}

function apply(func: PrimFunc, maps: Layouts): PrimFunc {
  const moved = new Map([...maps].map(([buffer, each]) => [buffer, move(buffer, each)]));
  const byPointer = new Map<Var, Buffer>([...maps.keys()].map((buffer) => [buffer.data, buffer]));
  const replaced = (buffer: Buffer): Buffer => moved.get(buffer)?.buffer ?? buffer;
  const places = (indices: readonly PrimExpr[], to: Moved): readonly PrimExpr[] =>
    to.maps.reduce((at, map) => mapIndices(map, at), indices);

  const body = mutator({
    Var(variable) {
      const buffer = byPointer.get(variable);
      if (buffer !== undefined) throw addressed(buffer, maps, "is passed by its address");
      return undefined;
    },
    BufferRealize(node, recur) {
      const realize = recur.children(node);
      const to = moved.get(node.buffer);
      if (to === undefined) return realize;
      const bounds = to.maps.reduce<typeof node.bounds>(
        (region, map) => mapRanges(map, region),
        realize.bounds,
      );
      return update(realize, { buffer: to.buffer, bounds });
    },
    BufferLoad(node, recur) {
      const load = recur.children(node);
      const to = moved.get(node.buffer);
      if (to === undefined) return load;
      return update(load, { buffer: to.buffer, indices: places(load.indices, to) });
    },
    BufferStore(node, recur) {
      const store = recur.children(node);
      const to = moved.get(node.buffer);
      if (to === undefined) return store;
      return update(store, { buffer: to.buffer, indices: places(store.indices, to) });
    },
    Prefetch(node) {
      if (moved.has(node.buffer)) throw addressed(node.buffer, maps, "is prefetched");
      return undefined;
    },
    AttrStmt(attr, recur) {
      if (attr.key !== "double_buffer_scope" || !(attr.node instanceof Buffer)) return undefined;
      return update(recur.children(attr), { node: replaced(attr.node) });
    },
  })(func.body);
  const bufferMap = new Map([...func.bufferMap].map(([param, each]) => [param, replaced(each)]));
  return func.with({ body, bufferMap });
}

function move(buffer: Buffer, maps: readonly IndexMap[]): Moved {
  const shape = maps.reduce<readonly PrimExpr[]>((dims, map) => mapShape(map, dims), buffer.shape);
  const { strides, name } = buffer;
  if (strides.length > 0 && strides.length !== shape.length) {
    throw new UsageError(
      "te-layout",
      `the layout of ${name} is transformed from ${buffer.shape.length} dimensions to ` +
        `${shape.length}, but its ${strides.length} strides are declared or set by the caller; ` +
        `transform a copy made by cacheRead`,
      { span: maps[0]?.span, notes: declaration(buffer) },
    );
  }
  return { buffer: buffer.with({ shape }), maps };
}

/** Code that receives the buffer's address would access elements at their old positions. */
function addressed(buffer: Buffer, maps: Layouts, how: string): UsageError {
  return new UsageError(
    "te-layout",
    `the layout of ${buffer.name} is transformed, but it ${how}, where its elements would be accessed ` +
      `at their old positions; transform a copy made by cacheRead or cacheWrite`,
    { span: maps.get(buffer)![0]?.span, notes: declaration(buffer) },
  );
}

function declaration({ name, span }: Buffer): ErrorNote[] {
  return span === undefined ? [] : [{ text: `${name} was declared here`, span }];
}
