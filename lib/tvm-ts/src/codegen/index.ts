export { generateC } from "./c/generate";
export { signatureOf, type Signature } from "./signature";
export { ready } from "./wasm/binaryen";
export { generateWasm, wasmText, type WasmCode, type WasmOptions } from "./wasm/generate";
