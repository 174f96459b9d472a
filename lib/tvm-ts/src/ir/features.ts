/**
 * The features that occur in a statement or an expression, computed once and cached in the node: most
 * passes look for a feature that a function does not have, and can then skip the walk.
 */

import { builtin } from "./builtin";
import { forEachChild } from "./children.generated";
import { isZero } from "./constants";
import { bitsOf, dtypeInfo, type DataType } from "./dtype";
import { isBinary, isExpr, type Call, type PrimExpr } from "./expr";
import { postOrderVisit } from "./walk";
import type { For, Stmt } from "./stmt";

/** One bit for each feature. */
export const Feature = {
  PrefetchScope: 1 << 0,
  BufferBindScope: 1 << 1,
  BufferDimAlign: 1 << 2,
  DoubleBufferScope: 1 << 3,
  VirtualThread: 1 << 4,
  LoopPartitionHint: 1 << 5,
  UnrollPragma: 1 << 6,
  CoProcScope: 1 << 7,
  BufferRealize: 1 << 8,
  Assert: 1 << 9,
  Allocate: 1 << 10,
  If: 1 << 11,
  VectorizedLoop: 1 << 12,
  UnrolledLoop: 1 << 13,
  Likely: 1 << 14,
  AccessPtr: 1 << 15,
  Select: 1 << 16,
  /** Floor division, a comparison or a negation. */
  SplitPattern: 1 << 17,
  BFloat16: 1 << 18,
  /** A signed integer of more than 32 bits. */
  WideInt: 1 << 19,
  /** A let inside an expression. */
  LetExpr: 1 << 20,
  /** A branch or selection by a constant condition. */
  DecidedCondition: 1 << 21,
  /** A value that depends on memory or a call. */
  LoadOrCall: 1 << 22,
  RollingBufferScope: 1 << 23,
  /** A loop of zero steps. */
  EmptyLoop: 1 << 24,
  /** An element of an array, or a reduction of elements. */
  Element: 1 << 25,
} as const;

const attrFeatures: Readonly<Record<string, number>> = {
  prefetch_scope: Feature.PrefetchScope,
  buffer_bind_scope: Feature.BufferBindScope,
  buffer_dim_align: Feature.BufferDimAlign,
  double_buffer_scope: Feature.DoubleBufferScope,
  rolling_buffer_scope: Feature.RollingBufferScope,
  virtual_thread: Feature.VirtualThread,
  pragma_loop_partition_hint: Feature.LoopPartitionHint,
  pragma_auto_unroll_max_step: Feature.UnrollPragma,
  pragma_unroll_explicit: Feature.UnrollPragma,
  coproc_scope: Feature.CoProcScope,
};

/** Whether one of the features (joined by `|`) occurs. */
export function hasFeature(node: Stmt | PrimExpr, features: number): boolean {
  return ((isExpr(node) ? exprFeatures(node) : featuresOf(node)) & features) !== 0;
}

/**
 * Set in a node's cached features, to distinguish a node without features from a node not yet
 * analyzed.
 */
const KNOWN = 1 << 30;

function featuresOf(stmt: Stmt): number {
  if (stmt.features !== 0) return stmt.features;
  let features = KNOWN | ownFeatures(stmt);
  forEachChild(stmt, (child) => {
    features |= isExpr(child) ? exprFeatures(child) : featuresOf(child);
  });
  return (stmt.features = features);
}

function ownFeatures(stmt: Stmt): number {
  switch (stmt.kind) {
    case "AttrStmt":
      return attrFeatures[stmt.key] ?? 0;
    case "BufferRealize":
      return Feature.BufferRealize | typeFeatures(stmt.buffer.dtype);
    case "AssertStmt":
      return Feature.Assert;
    case "Allocate":
      return Feature.Allocate | typeFeatures(stmt.dtype);
    case "IfThenElse":
      return Feature.If | decided(stmt.condition);
    case "For":
      return loopFeatures(stmt);
    default:
      return 0;
  }
}

function loopFeatures({ forKind, extent }: For): number {
  if (forKind === "vectorized") return Feature.VectorizedLoop;
  if (forKind === "unrolled") return Feature.UnrolledLoop;
  return isZero(extent) ? Feature.EmptyLoop : 0;
}

/** Expressions nested deeper are not analyzed recursively, to limit the stack depth. */
const MAX_NESTING = 100;
let nesting = 0;

function exprFeatures(expr: PrimExpr): number {
  if (expr.features !== 0) return expr.features;
  if (nesting >= MAX_NESTING) postOrderVisit(expr, (node) => combine(node as PrimExpr));
  nesting++;
  combine(expr);
  nesting--;
  return expr.features;
}

function combine(expr: PrimExpr): void {
  if (expr.features !== 0) return;
  let features = KNOWN | ownExprFeatures(expr);
  if (isBinary(expr)) features |= exprFeatures(expr.a) | exprFeatures(expr.b);
  else {
    forEachChild(expr, (child) => {
      features |= exprFeatures(child as PrimExpr);
    });
  }
  expr.features = features;
}

function ownExprFeatures(expr: PrimExpr): number {
  const features = typeFeatures(expr.dtype);
  switch (expr.kind) {
    case "Call":
      return features | Feature.LoadOrCall | callFeatures(expr);
    case "BufferLoad":
      return features | Feature.LoadOrCall | Feature.Element;
    case "ProducerLoad":
    case "Reduce":
      return features | Feature.Element;
    case "Select":
      return features | Feature.Select | decided(expr.condition);
    case "Let":
      return features | Feature.LetExpr;
    case "FloorDiv":
    case "LT":
    case "LE":
    case "GT":
    case "GE":
    case "Not":
      return features | Feature.SplitPattern;
    default:
      return features;
  }
}

function callFeatures({ op, args }: Call): number {
  if (op === builtin.likely) return Feature.Likely;
  if (op === builtin.ifThenElse) return decided(args[0]!);
  return op === builtin.accessPtr ? Feature.AccessPtr : 0;
}

function decided(condition: PrimExpr): number {
  return condition.kind === "IntImm" ? Feature.DecidedCondition : 0;
}

const typeBits = new Map<DataType, number>();

function typeFeatures(dtype: DataType): number {
  let features = typeBits.get(dtype);
  if (features === undefined) {
    const { code } = dtypeInfo(dtype);
    features = 0;
    if (code === "bfloat") features |= Feature.BFloat16;
    if (code === "int" && bitsOf(dtype) > 32) features |= Feature.WideInt;
    typeBits.set(dtype, features);
  }
  return features;
}
