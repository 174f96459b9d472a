/** Operators of neural networks. */

export { dense, matmul, type MatmulOptions } from "./dense";
export { leakyRelu, relu } from "./elemwise";
export { dilate, pad, type PadOptions } from "./pad";
