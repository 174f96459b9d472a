export * from "../../lib/tvm-ts/dist/index.js";
