/**
 * Turns the marked product of a transposed convolution into GEMM micro-ops. What the tensor intrinsic
 * is elsewhere cannot be used there: the loops around the product are unrolled in an order of their own.
 *
 *     attr [b] "pragma_conv2d_transpose_gemm" = 1 {
 *       for (c, 0, 16) { for (k, 0, 16) { res[n, o, y, x, 0, c] += data[...] * kernel[...] } } }
 *  => attr [acc, res] "buffer_bind_scope" = ... { ... @tir.vta.uop_push(0, 0, acc, inp, wgt, 0, 0, 0) }
 *
 * The nest that sets `res` to zero becomes a reset in the same way.
 */

import { tir, UsageError, type pass } from "tvm-ts";
import type { Environment } from "../config";
import { gemmBuffers, gemmReset, gemmStep } from "../intrin";
import { isPragma } from "./pragma";

const PRAGMA = "conv2d_transpose_gemm";

export function injectConv2DTransposeSkip(env: Environment): pass.FunctionPass {
  return {
    // The reference's spelling, which its listings show.
    name: "tir.vta.InjectConv2DTrasnposeSkip",
    doc: "Turns the marked product of a transposed convolution into GEMM micro-ops.",
    run: (func) =>
      func.with({
        body: tir.stmtMutator({
          AttrStmt: (attr) => (isPragma(attr, PRAGMA) ? product(attr, env) : undefined),
        })(func.body),
      }),
  };
}

function product(attr: tir.AttrStmt, env: Environment): tir.Stmt {
  const buffers = gemmBuffers(env);
  const { store, conditions } = innermost(attr);
  const loads = loadsOf(store.value);
  const bind = (
    to: tir.Buffer,
    from: { readonly buffer: tir.Buffer; readonly indices: readonly tir.PrimExpr[] },
    body: tir.Stmt,
  ): tir.Stmt => {
    // The outer dimensions at their indices; the last two are the block.
    const outer = from.indices.slice(0, -2).flatMap((index) => [index, 1]);
    const block = to.shape.flatMap((extent) => [0, extent]);
    const region = tir.callIntrin("handle", tir.builtin.tuple, ...outer, ...block);
    return new tir.AttrStmt([to, from.buffer], "buffer_bind_scope", region, body);
  };
  const within = (body: tir.Stmt): tir.Stmt =>
    conditions.reduceRight<tir.Stmt>((rest, test) => new tir.IfThenElse(test, rest), body);

  if (loads.length === 0) return bind(buffers.acc, store, within(gemmReset(buffers)));
  const [, data, kernel] = loads;
  if (loads.length !== 3) {
    throw new UsageError(
      `"${PRAGMA}" marks a statement that is no sum of products of two tensors, in\n` +
        tir.printStmt(attr.body).text,
      { span: attr.span },
    );
  }
  const step = bind(buffers.acc, store, within(gemmStep(buffers)));
  return bind(buffers.inp, data!, bind(buffers.wgt, kernel!, step));
}

/** The store inside the loops, and the conditions around it. */
function innermost(attr: tir.AttrStmt): {
  readonly store: tir.BufferStore;
  readonly conditions: readonly tir.PrimExpr[];
} {
  const conditions: tir.PrimExpr[] = [];
  let { body } = attr;
  for (;;) {
    if (body.kind === "For") ({ body } = body);
    else if (body.kind === "IfThenElse" && body.elseCase === undefined) {
      conditions.push(body.condition);
      body = body.thenCase;
    } else break;
  }
  if (body.kind === "BufferStore") return { store: body, conditions };
  throw new UsageError(
    `"${PRAGMA}" marks loops around something else than one store, in\n` +
      tir.printStmt(attr.body).text,
    { span: attr.span },
  );
}

/** In the order in which they are written. */
function loadsOf(value: tir.PrimExpr): tir.BufferLoad[] {
  const loads: tir.BufferLoad[] = [];
  tir.walk(value, { BufferLoad: (load) => void loads.push(load) });
  return loads;
}
