/** The accelerator's matrix multiplication as a tensor intrinsic. */

import { te, tir } from "tvm-ts";
import { asKernel, onStage, PUSH_GEMM, QID, UOP_MODE, uopPush } from "./vta-ops";

/** The parts of an environment that the intrinsic depends on. */
export interface GemmUnit {
  readonly BATCH: number;
  readonly BLOCK_IN: number;
  readonly BLOCK_OUT: number;
  readonly inpDtype: string;
  readonly wgtDtype: string;
  readonly accDtype: string;
  readonly inpScope: string;
  readonly wgtScope: string;
  readonly accScope: string;
  /** Whether the intrinsic compiles to nothing. */
  readonly mockMode: boolean;
}

/** The blocks that one GEMM works on, each an element of its memory. */
export interface GemmBuffers {
  /** `[BATCH, BLOCK_IN]` */
  readonly inp: tir.Buffer;
  /** `[BLOCK_OUT, BLOCK_IN]` */
  readonly wgt: tir.Buffer;
  /** `[BATCH, BLOCK_OUT]` */
  readonly acc: tir.Buffer;
}

/** Buffers that regions of the on-chip memories can be bound to. */
export function gemmBuffers(unit: GemmUnit): GemmBuffers {
  const block = (scope: string, dtype: string, rows: number, columns: number): tir.Buffer =>
    tir.declBuffer([rows, columns], dtype, {
      name: scope,
      scope,
      offsetFactor: rows * columns,
      dataAlignment: rows * columns,
    });
  return {
    inp: block(unit.inpScope, unit.inpDtype, unit.BATCH, unit.BLOCK_IN),
    wgt: block(unit.wgtScope, unit.wgtDtype, unit.BLOCK_OUT, unit.BLOCK_IN),
    acc: block(unit.accScope, unit.accDtype, unit.BATCH, unit.BLOCK_OUT),
  };
}

/** `acc += inp * wgt^T`, on the compute stage. */
export function gemmStep({ inp, wgt, acc }: GemmBuffers): tir.Stmt {
  const [dst, src] = [acc.accessPtr("rw", POINTER), inp.accessPtr("r", POINTER)];
  return kernel(uopPush(UOP_MODE.GEMM, 0, dst, src, wgt.accessPtr("r", POINTER)));
}

/** `acc = 0`, on the compute stage. */
export function gemmReset({ acc }: GemmBuffers): tir.Stmt {
  return kernel(uopPush(UOP_MODE.GEMM, 1, acc.accessPtr("rw", POINTER), 0, 0));
}

/** Addresses in micro-ops count elements. */
const POINTER = { ptrType: "int32" } as const;

function kernel(body: tir.Stmt): tir.Stmt {
  return onStage(QID.COMPUTE, asKernel(PUSH_GEMM, body));
}

/**
 * The tensor intrinsic `GEMM`: `out[i, j] = sum(inp[i, k] * wgt[j, k])` over blocks, in the
 * accumulator's type. Its inputs and output are in the three on-chip memories.
 */
export function gemm(unit: GemmUnit): te.TensorIntrin {
  const { BATCH, BLOCK_IN, BLOCK_OUT, accDtype } = unit;
  const wgt = te.placeholder([BLOCK_OUT, BLOCK_IN], { name: unit.wgtScope, dtype: unit.wgtDtype });
  const inp = te.placeholder([BATCH, BLOCK_IN], { name: unit.inpScope, dtype: unit.inpDtype });
  const k = te.reduceAxis([0, BLOCK_IN], "k");
  const out = te.compute(
    [BATCH, BLOCK_OUT],
    (i, j) => te.sum(inp(i, k).astype(accDtype).mul(wgt(j, k).astype(accDtype)), [k]),
    "out",
  );
  const buffers = gemmBuffers(unit);
  const { mockMode } = unit;
  return te.declTensorIntrin(
    out.op,
    () => {
      if (mockMode) return [tir.noOp(), tir.noOp(), tir.noOp()];
      return [gemmStep(buffers), gemmReset(buffers), gemmStep(buffers)];
    },
    {
      name: "GEMM",
      binds: new Map([
        [inp, buffers.inp],
        [wgt, buffers.wgt],
        [out, buffers.acc],
      ]),
    },
  );
}
