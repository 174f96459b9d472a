// Bundles the language process, with the compiler and the converter, into one file, and makes its snapshot
// for the Node.js of this build.

import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const require = createRequire(import.meta.url);

/** The compiler with the kernel's hooks, and the converter as a function of its compiler. */
export const language = {
  name: "language",
  setup(esbuild) {
    const { withHook } = require(path("dist/language/compiler.js"));
    esbuild.onLoad({ filter: /\/typescript\/lib\/typescript\.js$/ }, ({ path }) => ({
      contents: withHook(readFileSync(path, "utf8")),
    }));
    esbuild.onLoad({ filter: /\/tslab\/dist\/converter\.js$/ }, ({ path }) => ({
      contents: `
        const modules = {
          path: require("path"),
          semver: { major: () => 22 },
          "./util": { isValidModuleName: () => false },
          "./tspath": require("./tspath"),
        };
        const process = { version: "v22.0.0" };
        module.exports = (compiler) => {
          const exports = {};
          const __dirname = "/kernel";
          const require = (name) => modules[name] ?? compiler;
          ${readFileSync(path, "utf8")}
          return exports;
        };`,
      resolveDir: dirname(path),
    }));
  },
};

/** Replaces the compiler that is loaded from its package by the bundle's. */
const bundledCompiler = {
  name: "bundled compiler",
  setup(esbuild) {
    esbuild.onResolve({ filter: /\/load-compiler$/ }, () => ({
      path: path("dist/hosts/node/bundled-compiler.js"),
    }));
  },
};

export async function bundle() {
  await build({
    entryPoints: [path("dist/hosts/node/language-process.js")],
    outfile: path("dist/hosts/node/language-bundle.js"),
    bundle: true,
    platform: "node",
    // `exports` does not exist while a snapshot is made.
    format: "iife",
    target: "node20",
    minify: true,
    legalComments: "none",
    logLevel: "error",
    plugins: [language, bundledCompiler],
  });
  require(path("dist/hosts/node/language-snapshot.js")).makeSnapshotNow();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
