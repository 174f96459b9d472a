export { Feature, hasFeature } from "./features";
export { ATTR_KEYS, attrKey, type AttrKey } from "./attr-keys";
export {
  ALLOC_ALIGNMENT,
  Buffer,
  declBuffer,
  type AccessMask,
  type AccessPtrOptions,
  type BufferOptions,
} from "./buffer";
export { BufferVar, irBuilder, IRBuilder, type ForRangeOptions, type LoopKind } from "./ir-builder";
export { builtin } from "./builtin";
export * from "./dtype";
export { ExprMap, exprEqual, exprHash, structuralEqual } from "./structural-equal";
export * from "./expr";
export * from "./calls";
export { cast, matchTypes } from "./cast";
export * from "./constants";
export { constFold, type Fold } from "./fold";
export { mapArray } from "./child-fields";
export { forEachChild, mapChildren } from "./children.generated";
export { mutate, mutator, stmtMutator, type Handlers, type Recur, type Rewritten } from "./mutate";
export * from "./math";
export { CallEffect, Op } from "./op";
export {
  noNumber,
  Operand,
  type ExprLike,
  type ExprOperators,
  type ReversibleOperator,
} from "./operand";
export * from "./ops";
export { IndexMap, LayoutTransforms } from "./index-map";
export { IRModule, PrimFunc, type FuncAttr } from "./prim-func";
export { reprExpr, reprList } from "./print/repr";
export { reprStmt } from "./print/repr-stmt";
export { type PrintedNode, type PrintedText, type TextRange } from "./print/text-doc";
export { printFuncScript, printScript } from "./print/script-printer";
export { constantText, printExpr, printFunc, printModule, printStmt } from "./print/text-printer";
export { sideEffect } from "./side-effect";
export {
  fieldsOf,
  fieldValue,
  shapes,
  type Kind,
  type Node,
  type NodeOf,
  type Role,
} from "./shapes";
export * from "./stmt";
export {
  isStorageScope,
  isThreadTag,
  scopeOfPointer,
  StorageRank,
  storageScope,
  threadScope,
  type StorageScope,
  type ThreadScope,
} from "./storage-scope";
export { substitute, type Substitution } from "./substitute";
export { update, type Changes } from "./update";
export type { VarOrigin } from "./var-origin";
export { findUndefinedUse, type UndefinedUse } from "./undefined-use";
export { verifyFunc } from "./verify";
export {
  forEachVar,
  ownExprs,
  postOrderVisit,
  someNode,
  usesVar,
  walk,
  type Visitor,
} from "./walk";
