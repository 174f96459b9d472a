/** For each kind of operation: the statements that write its outputs, and the memory for them. */

import { InternalError, plural, UsageError } from "../../support";
import { factlessAnalyzer } from "../../arith";
import {
  add,
  AttrStmt,
  BufferRealize,
  builtin,
  Call,
  IntImm,
  isZero,
  Range,
  toExpr,
  trueImm,
  zero,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import type { ExternOp, ScanOp, TensorComputeOp } from "../operation";
import type { Tensor } from "../tensor";
import { IntrinArgBinder } from "./bind-args";
import { provideCompute } from "./provide-compute";
import { computeLoopNest } from "./compute-nest";
import type { AxisValues, StageContext } from "./context";
import { bindFrame, guards, wrapInFrames } from "./frames";
import { placeIntrinsic } from "./intrinsic";
import { makeLoopNest } from "./loop-nest";

/** The parts of a scan: the statements before its loop, and those of each step. */
export interface ScanParts {
  /** The initial rows, then `steps`. */
  readonly init: (steps: Stmt) => Stmt;
  readonly update: () => Stmt;
}

/** The statements that write the outputs of the stage's operation. */
export function provide(context: StageContext, scan: ScanParts): Stmt {
  const { op } = context.stage;
  switch (op.kind) {
    case "compute":
      return provideCompute(context, op);
    case "tensor_compute_op":
      return provideIntrinsic(context, op);
    case "extern":
      return provideExtern(context, op);
    case "scan":
      return provideScan(context, scan);
    case "placeholder":
      throw new InternalError(`the placeholder ${op.name} cannot be computed`);
  }
}

function wholeOf(extent: PrimExpr): Range {
  return new Range(zero(extent.dtype), extent);
}

function provideExtern(context: StageContext, op: ExternOp): Stmt {
  const bind = (tensor: Tensor, view: ExternOp["outputPlaceholders"][number]) =>
    bindFrame(view, context.bufferOf(tensor), view.shape.map(wholeOf), op.span);
  const frames = [
    ...op.inputTensors.map((tensor, i) => bind(tensor, op.inputPlaceholders[i]!)),
    ...op.outputs.map((tensor, i) => bind(tensor, op.outputPlaceholders[i]!)),
  ];
  const values: AxisValues = new Map();
  const body = context.rewriteStmt(op.body, values);
  const marked = new AttrStmt(toExpr(0), "extern_scope", toExpr(0), body);
  return wrapInFrames(frames, marked, context.rewriter(values), context.attach);
}

function provideScan(context: StageContext, scan: ScanParts): Stmt {
  const { stage, attach } = context;
  const values: AxisValues = new Map();
  const nest = makeLoopNest(context, values);
  // Threads around the scan are also around its initial rows.
  const threads = stage.leafIterVars.filter((axis) => axis.iterType === "ThreadIndex").length;
  if (stage.leafIterVars.slice(0, threads).some((axis) => axis.iterType !== "ThreadIndex")) {
    throw new UsageError(
      "te-bind",
      `the threads around the scan ${stage.name} must be its outermost loops`,
      {
        span: stage.op.span,
      },
    );
  }
  const rewrite = context.rewriter(values);
  const frames = [...nest.slice(threads).flat(), ...guards(context.boundChecks(values))];
  const steps = wrapInFrames(frames, scan.update(), rewrite, attach);
  return wrapInFrames(nest.slice(0, threads).flat(), scan.init(steps), rewrite, attach);
}

function provideIntrinsic(context: StageContext, op: TensorComputeOp): Stmt {
  const { intrin } = op;
  const fail = (why: string): UsageError =>
    new UsageError("te-tensorize", `${op.name} cannot be computed by ${intrin.name}: ${why}`, {
      span: op.span,
    });
  const binder = new IntrinArgBinder(`the intrinsic ${intrin.name}`, op.span);
  if (intrin.scalarParams.length !== op.scalarInputs.length) {
    throw fail(
      `it takes ${plural(intrin.scalarParams.length, "scalar")}, but ${op.scalarInputs.length} are passed`,
    );
  }
  intrin.scalarParams.forEach((param, i) => {
    binder.bind(param, op.scalarInputs[i]!, `${op.name}[${i}]`);
  });
  const inputs = op.inputTensors.map((tensor, i) =>
    bindFrame(intrin.buffers[i]!, context.bufferOf(tensor), op.inputRegions[i]!, op.span),
  );
  const region = op.axis.map((axis, i) =>
    i < op.schedulableNdim ? new Range(axis.var_, new IntImm(1)) : axis.dom!,
  );
  const outputs = op.outputs.map((tensor, i) =>
    bindFrame(intrin.buffers[inputs.length + i]!, context.bufferOf(tensor), region, op.span),
  );
  return placeIntrinsic(context, {
    intrin,
    nest: computeLoopNest(context, op),
    location: context.stage.leafIterVars.length,
    inputs,
    outputs,
    binder,
    fail,
  });
}

/**
 * The memory for the outputs of the stage's operation, around the statements that write and read it.
 */
export function realize(context: StageContext, body: Stmt): Stmt {
  const { op } = context.stage;
  switch (op.kind) {
    case "compute":
    case "tensor_compute_op":
      return op.outputs.reduceRight((inner, tensor) => {
        const bounds = op.axis.map((axis) => context.domains.get(axis)!);
        return aligned(context, tensor, realized(context, tensor, bounds, inner));
      }, body);
    case "extern":
      return op.outputs.reduce(
        (inner, tensor) => realized(context, tensor, tensor.shape.map(wholeOf), inner),
        body,
      );
    case "scan":
      return realizeScan(context, op, body);
    case "placeholder":
      return body;
  }
}

function realized(
  context: StageContext,
  tensor: Tensor,
  bounds: readonly Range[],
  body: Stmt,
): Stmt {
  if (context.isPart(tensor)) return body;
  return new BufferRealize(context.bufferOf(tensor), bounds, trueImm(), body, tensor.op.span);
}

/** The requested alignments, as attributes of the buffer. */
function aligned(context: StageContext, tensor: Tensor, body: Stmt): Stmt {
  if (context.isPart(tensor)) return body;
  const { op, iterVarAttrs } = context.stage;
  const loops = op.kind === "tensor_compute_op" ? op.schedulableNdim : op.axis.length;
  return op.axis.slice(0, loops).reduce((inner, axis, dim) => {
    const align = iterVarAttrs.get(axis)?.align;
    if (align === undefined) return inner;
    const numbers = [dim, align.factor, align.offset].map((value) => new IntImm(value));
    const value = new Call("handle", builtin.tuple, numbers);
    return new AttrStmt(context.bufferOf(tensor), "buffer_dim_align", value, inner);
  }, body);
}

/** All rows of a scan's state, the initial ones included. */
function realizeScan(context: StageContext, op: ScanOp, body: Stmt): Stmt {
  const { min, extent } = context.domains.get(op.scanAxis)!;
  const rows = factlessAnalyzer().simplify(isZero(min) ? extent : add(extent, min));
  let next = 0;
  return op.outputs.reduce((inner, tensor) => {
    const spatial = op.spatialAxis.slice(next, (next += tensor.ndim - 1));
    const bounds = [wholeOf(rows), ...spatial.map((axis) => context.domains.get(axis)!)];
    return realized(context, tensor, bounds, inner);
  }, body);
}
