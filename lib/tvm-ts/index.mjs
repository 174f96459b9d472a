// The library for ES modules: loaded when code can be generated, so that programs need not wait.
import { ready } from "./dist/library.js";

export * from "./dist/library.js";

await ready();
