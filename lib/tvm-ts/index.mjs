// The library for ES modules: loaded when code can be generated, so that nobody has to wait.
import { ready } from "./dist/index.js";

export * from "./dist/index.js";

await ready();
