// Typed where it is used: src/runtime/numpy/library.ts.
export {};
