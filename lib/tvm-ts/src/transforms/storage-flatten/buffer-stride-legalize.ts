/**
 * Gives buffers the strides that their alignment (`storageAlign`) requires.
 *
 *     attr [B] "buffer_dim_align" = (0, 4, 1);  realize B: [8, 8], []
 *  => realize B: [8, 8], [9, 1]
 */

import {
  Feature,
  hasFeature,
  add,
  Buffer,
  constant,
  floorMod,
  mapArray,
  mul,
  mutator,
  sub,
  update,
  type Call,
  type IntImm,
  type PrimExpr,
  type PrimFunc,
} from "../../ir";
import type { FunctionPass } from "../../pass";
import { boundAnalyzer } from "../analysis/bound-analyzer";
import { withLayoutsOf } from "./layouts";

export const bufferStrideLegalize: FunctionPass = {
  name: "tir.BufferStrideLegalize",
  doc: "Gives buffers the strides that their alignment requires.",
  run(func) {
    if (!hasFeature(func.body, Feature.BufferDimAlign)) return func;
    return legalize(func);
  },
};

/** The stride of a dimension is `offset` modulo `factor`. */
interface Alignment {
  readonly factor: number;
  readonly offset: number;
}

function legalize(func: PrimFunc): PrimFunc {
  const analyzer = boundAnalyzer(func.body);
  const alignments = new Map<Buffer, Map<number, Alignment>>();
  // The caller determines the layout of arguments.
  const strided = new Map([...func.bufferMap.values()].map((buffer) => [buffer, buffer]));

  const withStrides = (buffer: Buffer): Buffer => {
    const cached = strided.get(buffer);
    if (cached !== undefined) return cached;
    const aligned = alignments.get(buffer);
    if (aligned === undefined || buffer.strides.length > 0 || buffer.shape.length === 0) {
      return buffer;
    }
    const strides: PrimExpr[] = [];
    let stride: PrimExpr = constant(1, buffer.shape[0]!.dtype);
    for (let dim = buffer.shape.length - 1; dim >= 0; dim--) {
      const alignment = aligned.get(dim);
      if (alignment !== undefined && alignment.factor !== 0) {
        const factor = constant(alignment.factor, stride.dtype);
        const offset = constant(alignment.offset, stride.dtype);
        const missing = floorMod(sub(add(factor, offset), floorMod(stride, factor)), factor);
        stride = analyzer.simplify(add(stride, missing));
      }
      strides.unshift(stride);
      stride = mul(stride, buffer.shape[dim]!);
    }
    const result = buffer.with({ strides });
    strided.set(buffer, result);
    return result;
  };

  const body = mutator({
    AttrStmt(attr, recur) {
      if (attr.key === "buffer_dim_align") {
        const [dim, factor, offset] = (attr.value as Call).args.map((e) => (e as IntImm).value);
        const buffer = attr.node as Buffer;
        const dims = alignments.get(buffer) ?? new Map<number, Alignment>();
        alignments.set(buffer, dims.set(dim!, { factor: factor!, offset: offset! }));
        return recur(attr.body);
      }
      const inner = recur.children(attr);
      if (attr.key === "buffer_bind_scope") {
        return update(inner, { node: mapArray(attr.node as readonly Buffer[], withStrides) });
      }
      // An unused rolling-buffer attribute keeps the old buffer, as in TVM.
      if (!(attr.node instanceof Buffer) || attr.key === "rolling_buffer_scope") return inner;
      return update(inner, { node: withStrides(attr.node) });
    },
    BufferRealize: (node, recur) =>
      update(recur.children(node), { buffer: withStrides(node.buffer) }),
    BufferLoad: (node, recur) => update(recur.children(node), { buffer: withStrides(node.buffer) }),
    BufferStore: (node, recur) =>
      update(recur.children(node), { buffer: withStrides(node.buffer) }),
    Prefetch: (node, recur) => update(recur.children(node), { buffer: withStrides(node.buffer) }),
  })(func.body);
  return withLayoutsOf(func.with({ body }), withStrides);
}
