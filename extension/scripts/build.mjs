// Builds the extension into jupyterlab_tvm_vta/labextension, unless what is there is newer than all
// it is made from: the parser from its grammar, the JavaScript from TypeScript, and from both what
// JupyterLab loads.

import { execFileSync } from "node:child_process";
import console from "node:console";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import process from "node:process";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(root, "package.json"));

const SOURCES = ["src", "style", "schema", "scripts", "package.json"];

const built = join(root, "jupyterlab_tvm_vta/labextension/package.json");
if (existsSync(built) && Math.max(...SOURCES.map(lastChange)) < statSync(built).mtimeMs) {
  process.exit();
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `The JupyterLab extension is built with Node.js 20.19 or later, and this is ${process.version}: ` +
      "install a newer Node.js 20, 22 or 24.",
  );
  process.exit(1);
}

/** When a file, or the newest in a folder, was written. */
function lastChange(name) {
  const path = join(root, name);
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((entry) => lastChange(join(name, entry))));
}

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
