export * from "./numpy-functions";
export { NumpyArray as ndarray, type ArrayLike, type Nested } from "./numpy-array";
export * as testing from "./testing";
