export { fromOnnx, knownOnnxOperators, type Imported, type ImportOptions } from "./from-onnx";
export { readTensor } from "./tensor";
