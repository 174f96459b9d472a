/** Networks: their graphs, their operators, and the passes over them. */

export { bindInputs, evaluate, evaluateFunc, type Observer, type Value } from "./evaluate";
export {
  Call,
  Constant,
  constant,
  Func,
  isConstant,
  scalarValue,
  Tuple,
  TupleGetItem,
  Var,
  type Expr,
} from "./relay-expr";
export { bytesPerElement, HostTensor, type HostData } from "./host-tensor";
export { fromOnnx, knownOnnxOperators, type Imported, type ImportOptions } from "./onnx";
export {
  Op,
  OpPattern,
  type Attrs,
  type AttrSpec,
  type AttrValue,
  type OpDefinition,
} from "./relay-op";
export * as ops from "./ops";
export { printRelay } from "./print";
export { sameShape, sameType, sizeOf, TensorType, TupleType, UnknownType, type Type } from "./type";
export {
  allExprs,
  countReaders,
  isCallOf,
  operandsOf,
  visitInPostOrder,
  rewriteBody,
  rewriteFromOperands,
  rewriteGraph,
  withOperands,
} from "./visit";
export {
  backwardFoldScaleAxis,
  canonicalizeOps,
  eliminateCommonSubexpr,
  foldConstant,
  fuseOps,
  RelayStep,
  runRelayPasses,
  simplifyExpr,
  simplifyInference,
  type RelayPass,
} from "./passes";
export { compilePasses, fusedCalls, type FusedCall } from "./compile-passes";
export {
  DEFAULT_CONFIG,
  ERROR_BINS,
  prerequisitePasses,
  QuantizedValues,
  quantize,
  quantizePasses,
  type Dataset,
  type LayerAccuracy,
  type QuantizeConfig,
  type QuantizeOptions,
} from "./quantize";
export {
  readGraphJson,
  readParams,
  toGraphJson,
  writeGraphJson,
  writeParams,
  type CompiledGraph,
  type GraphEntry,
  type GraphJson,
  type GraphNode,
} from "./graph-json";
export { planMemory, type MemoryPlan } from "./plan-memory";
export { decodeNetwork, encodeNetwork, type NetworkContents } from "./network-file";
