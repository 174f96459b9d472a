export { generateC } from "./c/generate";
export { cGenerator } from "./c/generator";
export type { CodeGenerator, CodegenTarget, Lowering } from "./code-generator";
export {
  interpret,
  Pointer,
  type InterpreterArgument,
  type Extern,
  type InterpretOptions,
  type ScalarValue,
  type InterpreterValue,
} from "./interpreter";
export { moduleRecord } from "./record-module";
export { type Signature } from "./signature";
export { ready } from "./wasm/loading";
export { wasmGenerator } from "./wasm/generator";
export { keepInRegisters } from "./wasm/keep-in-registers";
export { generateWasm, wasmText, type WasmCode, type WasmOptions } from "./wasm/generate";
