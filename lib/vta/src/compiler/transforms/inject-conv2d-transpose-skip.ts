/**
 * Turns the marked product of a transposed convolution into GEMM micro-ops. The tensor intrinsic
 * cannot be used there: the loops around the product are unrolled, and by factors that need not divide.
 *
 *     attr [b] "pragma_conv2d_transpose_gemm" = 1 {
 *       for (c, 0, 16) { for (k, 0, 16) { if (y < 7) { res[n, o, y, x, 0, c] += data[...] * kernel[...] } } } }
 *  => attr [acc, res] "buffer_bind_scope" = ... { ... @tir.vta.uop_push(0, 0, acc, inp, wgt, 0, 0, 0) }
 *
 * The nest that sets `res` to zero becomes a reset in the same way. With conditions, micro-ops of one kernel
 * would write the same element too soon after one another; so the guarded products are computed
 * unconditionally, and `res` is enlarged for them.
 */

import { arith, tir, UsageError, type pass } from "tvm-ts";
import type { Environment } from "../environment";
import { gemmBuffers, gemmReset, gemmStep } from "../intrin";
import { checkPragmas, isPragma } from "./pragma";

const PRAGMA = "conv2d_transpose_gemm";
/** The number of a packed tensor's dimensions that form the block. */
const BLOCK_DIMS = 2;

export function injectConv2DTransposeSkip(env: Environment): pass.FunctionPass {
  return {
    // The reference's spelling, which its listings show.
    name: "tir.vta.InjectConv2DTrasnposeSkip",
    doc: "Turns the marked product of a transposed convolution into GEMM micro-ops.",
    run(func) {
      // This is the first of the accelerator's passes, so unsupported pragmas are rejected here.
      checkPragmas(func.body);
      const products = new Map<tir.AttrStmt, Product>();
      tir.walk(func.body, {
        AttrStmt(attr) {
          if (!isPragma(attr, PRAGMA)) return true;
          products.set(attr, readProduct(attr));
          return false;
        },
      });
      if (products.size === 0) return func;
      const analyzer = new arith.Analyzer();
      tir.walk(func.body, {
        For: (loop) => analyzer.bind(loop.loopVar, new tir.Range(loop.min, loop.extent)),
      });
      const tiles = guardedTiles(func.body, [...products.values()], analyzer);
      const body = tir.mutator({
        AttrStmt(attr) {
          const product = products.get(attr);
          return product && asMicroOp(product, env);
        },
        BufferRealize(realize, recur) {
          const grown = tiles.find((tile) => isSameTile(tile.realize, realize))?.bounds;
          return tir.update(recur.children(realize), { bounds: grown ?? realize.bounds });
        },
      })(func.body);
      return func.with({ body });
    },
  };
}

/** The innermost statement of a marked nest. */
interface Product {
  readonly store: tir.BufferStore;
  /** The loads, in source order: result, data, kernel; empty for a reset. */
  readonly loads: readonly tir.BufferLoad[];
  /** Whether it is inside conditions. */
  readonly guarded: boolean;
}

/** @throws UsageError when the nest is neither a sum of products of two tensors nor a reset. */
function readProduct(attr: tir.AttrStmt): Product {
  let { body } = attr;
  let guarded = false;
  for (;;) {
    if (body.kind === "For") ({ body } = body);
    else if (body.kind === "IfThenElse" && body.elseCase === undefined) {
      guarded = true;
      body = body.thenCase;
    } else break;
  }
  const loads: tir.BufferLoad[] = [];
  if (body.kind === "BufferStore") {
    tir.walk(body.value, { BufferLoad: (load) => void loads.push(load) });
    if (loads.length === 0 || loads.length === 3) return { store: body, loads, guarded };
  }
  throw new UsageError(
    "vta-operator",
    `"${PRAGMA}" marks loops that do not sum up products of two tensors, in\n` +
      tir.reprStmt(attr.body),
    { span: attr.span },
  );
}

function asMicroOp({ store, loads }: Product, env: Environment): tir.Stmt {
  const buffers = gemmBuffers(env);
  const [, data, kernel] = loads;
  if (data === undefined || kernel === undefined) {
    return bind(buffers.acc, store, gemmReset(buffers));
  }
  const step = bind(buffers.acc, store, gemmStep(buffers));
  return bind(buffers.inp, data, bind(buffers.wgt, kernel, step));
}

/** `body`, in which `block` is the block of a tensor that an access is in. */
function bind(
  block: tir.Buffer,
  access: { readonly buffer: tir.Buffer; readonly indices: readonly tir.PrimExpr[] },
  body: tir.Stmt,
): tir.Stmt {
  const outer = access.indices.slice(0, -2).flatMap((index) => [index, 1]);
  const inner = block.shape.flatMap((extent) => [0, extent]);
  const region = tir.callIntrin("handle", tir.builtin.tuple, ...outer, ...inner);
  return new tir.AttrStmt([block, access.buffer], "buffer_bind_scope", region, body);
}

/** A tile of the result, and the bounds of all writes when conditions are ignored. */
interface Tile {
  readonly realize: tir.BufferRealize;
  readonly bounds: readonly tir.Range[];
}

function guardedTiles(
  body: tir.Stmt,
  products: readonly Product[],
  analyzer: arith.Analyzer,
): readonly Tile[] {
  const tiles: Tile[] = [];
  tir.walk(body, {
    BufferRealize(realize) {
      const stores = products.filter((p) => p.guarded && p.store.buffer === realize.buffer);
      if (stores.length === 0) return;
      const bounds = realize.bounds.map((range, dim) =>
        dim < realize.bounds.length - BLOCK_DIMS ? roomFor(stores, dim, range, analyzer) : range,
      );
      checkDense(realize, bounds, stores[0]!);
      tiles.push({ realize, bounds });
    },
  });
  return tiles;
}

function roomFor(
  stores: readonly Product[],
  dim: number,
  range: tir.Range,
  analyzer: arith.Analyzer,
): tir.Range {
  const ends = stores.map(({ store }) => {
    const position = analyzer.simplify(store.indices[dim]!.sub(range.min));
    return analyzer.constIntBound(position).max + 1;
  });
  const extent = tir.constIntValue(range.extent);
  const needed = Math.max(extent ?? Infinity, ...ends);
  return needed === extent ? range : new tir.Range(range.min, new tir.IntImm(needed));
}

/**
 * Writes beyond the tile must come after all of it, because on-chip memory is stored without gaps. @throws
 * UsageError when they would come between rows.
 */
function checkDense(
  { buffer, bounds }: tir.BufferRealize,
  grown: readonly tir.Range[],
  { store }: Product,
): void {
  const rows = bounds.findIndex((range) => !tir.isOne(range.extent));
  const dim = grown.findIndex((range, i) => range !== bounds[i] && i > rows);
  if (rows < 0 || dim < 0) return;
  throw new UsageError(
    "vta-operator",
    `the unrolled loops around the product run ${grown[dim]!.extent} iterations over dimension ` +
      `${dim} of ${buffer.name}, whose tile has ${bounds[dim]!.extent}: choose tiles that the ` +
      `unrolled extents divide; scheduleConv2dTransposePacked unrolls 4 rows (tileH) and 2 columns (tileW)`,
    { span: store.span },
  );
}

/** Whether the ALU computes another tensor from the tile: that tensor grows equally, to reuse its memory. */
function isSameTile(tile: tir.BufferRealize, other: tir.BufferRealize): boolean {
  return (
    tile.buffer.scope === other.buffer.scope &&
    tile.bounds.length === other.bounds.length &&
    tile.bounds.every(
      ({ min, extent }, dim) =>
        tir.exprEqual(min, other.bounds[dim]!.min) &&
        tir.exprEqual(extent, other.bounds[dim]!.extent),
    )
  );
}
