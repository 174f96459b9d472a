export { fromOnnx, knownOnnxOperators, type Imported, type ImportOptions } from "./from-onnx";
/** @internal */
export { readTensorProto } from "./tensor-proto";
