import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Tests run on the sources: no build is needed, and stack traces point into them.
  resolve: {
    alias: {
      "tvm-ts": source("lib/tvm-ts/src/index.ts"),
      "vta-ts": source("lib/vta/src/index.ts"),
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    // What needs a browser, for `npm test -- --no-browser`.
    exclude: process.env["NO_BROWSER"] ? ["tests/e2e/**", "tests/**/browser.test.ts"] : [],
    setupFiles: ["tests/support/fuzz-seed.ts"],
    testTimeout: 60_000,
    maxWorkers: "100%",
  },
});
