// The library for ES modules: loaded when code can be generated, so that nobody has to wait.
import { ready } from "./dist/library.js";

export * from "./dist/library.js";

await ready();
