export { fromOnnx, knownOnnxOperators, type Imported, type ImportOptions } from "./from-onnx";
/** @internal */
export { readTensor } from "./tensor-proto";
