// Builds the extension into jupyterlab_tvm_vta/labextension: the parser from its grammar, the
// JavaScript from TypeScript, and from both what JupyterLab loads.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import process from "node:process";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(root, "package.json"));

function run(script, ...args) {
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
}

const generator = dirname(require.resolve("@lezer/generator"));
mkdirSync(join(root, "dist/tir"), { recursive: true });
run(
  join(generator, "../src/lezer-generator.cjs"),
  "src/tir/tir.grammar",
  "--noTerms",
  "-o",
  "dist/tir/parser.js",
);
run(require.resolve("typescript/bin/tsc"), "-b");
run(
  require.resolve("@jupyter/builder/lib/build-labextension.js"),
  "--core-package-file",
  require.resolve("@jupyterlab/core-meta/core.package.json"),
  root,
);
