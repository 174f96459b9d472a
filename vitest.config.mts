import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Starts the longest files first, so that none of them runs alone at the end: those that start kernels and browsers. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/tests\/(kernel|e2e|notebooks)\//.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

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
    globalSetup: ["tests/support/new-run.ts"],
    setupFiles: ["tests/support/fuzz-seed.ts"],
    testTimeout: 60_000,
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
  },
});
