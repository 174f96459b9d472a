// Makes what the page loads: the kernel for the page's own thread, the two workers, the libraries for the
// evaluator, one file with all types that cells see, and the caching part of the service worker.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, URL } from "node:url";
import { language } from "../../kernel/bundle.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const lite = join(root, "lite");
const assets = join(lite, "build/static");
const page = join(root, "kernel/src/hosts/page");
const require = createRequire(import.meta.url);
const typescript = dirname(require.resolve("typescript/package.json"));

const version = (path) => JSON.parse(readFileSync(path, "utf8")).version;

const common = {
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  // Names show in traces and in what is printed.
  keepNames: true,
  legalComments: "none",
  logLevel: "warning",
  define: {
    KERNEL_VERSION: JSON.stringify(version(join(root, "kernel/package.json"))),
    TYPESCRIPT_VERSION: JSON.stringify(version(join(typescript, "package.json"))),
  },
};

/** The kernel's sources import their Node host; a page has its own in the same places. */
const pageHost = {
  name: "page host",
  setup(esbuild) {
    esbuild.onResolve({ filter: /hosts\/node\// }, ({ path }) => ({
      path: join(page, `${path.split("hosts/node/")[1]}.ts`),
    }));
    esbuild.onResolve({ filter: /^(?:node:)?path$/ }, () => ({
      path: require.resolve("path-browserify"),
    }));
    esbuild.onLoad({ filter: /path-browserify/ }, ({ path }) => ({
      contents: `const process = { cwd: () => "/drive" };\n${readFileSync(path, "utf8")}`,
    }));
  },
};

/** What the compiler asks of Node where there is one. */
const noNode = {
  name: "no Node",
  setup(esbuild) {
    const filter =
      /^(?:(?:node:)?(?:fs|os|inspector|crypto|perf_hooks|module|url)|source-map-support)$/;
    esbuild.onResolve({ filter }, () => ({ path: "nothing", namespace: "nothing" }));
    esbuild.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({
      contents: "module.exports = {};",
    }));
  },
};

/** The libraries from their sources, with a page in Node's place. */
const libraryHost = {
  name: "library host",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^\.\/node$/ }, ({ resolveDir }) => {
      if (resolveDir === join(root, "lib/tvm-ts/src"))
        return { path: join(lite, "src/tvm-host.ts") };
      return resolveDir.endsWith("src") ? { path: join(resolveDir, "node/browser.ts") } : undefined;
    });
    esbuild.onResolve({ filter: /^tvm-ts$/ }, () => ({
      path: "../tvm-ts/index.js",
      external: true,
    }));
    esbuild.onResolve({ filter: /^node:module$/ }, ({ path }) => ({ path, external: true }));
  },
};

async function libraries() {
  for (const [name, folder] of [
    ["tvm-ts", "tvm-ts"],
    ["vta-ts", "vta"],
  ]) {
    await build({
      ...common,
      entryPoints: { index: join(root, "lib", folder, "src/index.ts") },
      outdir: join(assets, name),
      splitting: true,
      chunkNames: "[name]",
      plugins: [libraryHost, pageHost],
    });
  }
}

function worker(name, plugins, options = {}) {
  return build({
    ...common,
    ...options,
    entryPoints: { [name]: join(page, `${name}.ts`) },
    outdir: assets,
    splitting: true,
    chunkNames: "[name]",
    plugins,
  });
}

/** @param version the folder of the page's files */
function plugin(version) {
  return build({
    ...common,
    define: { ...common.define, FILES_VERSION: JSON.stringify(version) },
    // The extension's builder does it.
    minify: false,
    entryPoints: [join(lite, "src/index.ts")],
    outdir: join(lite, "dist"),
    external: ["@jupyterlab/*", "@jupyterlite/*", "@lumino/*"],
    plugins: [pageHost],
  });
}

/** All files of types, by the paths under which the language sees them. */
function types() {
  const files = {};
  const add = (from, to) => {
    files[to] = readFileSync(from, "utf8");
  };
  const isLibrary = (name) =>
    /^lib\.(?:es|decorators).*\.d\.ts$/.test(name) && !name.endsWith("full.d.ts");
  for (const name of readdirSync(join(typescript, "lib")).filter(isLibrary)) {
    add(join(typescript, "lib", name), `/lib/${name}`);
  }
  for (const name of readdirSync(join(root, "kernel/types"))) {
    add(join(root, "kernel/types", name), `/kernel/types/${name}`);
  }
  for (const [name, folder] of [
    ["tvm-ts", "tvm-ts"],
    ["vta-ts", "vta"],
  ]) {
    const [from, to] = [join(root, "lib", folder), `/node_modules/${name}`];
    for (const each of ["package.json", "dist/library.d.ts", "dist/declarations.d.ts"])
      add(join(from, each), `${to}/${each}`);
  }
  add(join(root, "lib/vta/grade.d.ts"), "/node_modules/vta-ts/grade.d.ts");
  writeFileSync(join(assets, "types.json"), JSON.stringify(files));
}

/** What the site puts before JupyterLite's service worker. */
function serviceWorker() {
  return build({
    ...common,
    format: "iife",
    entryPoints: [join(lite, "service-worker/hashed-files.ts")],
    outdir: join(lite, "dist"),
  });
}

/** The files below a folder, by their paths in it. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

/** A hash of all files of the page. */
function versionOfFiles() {
  const hash = createHash("sha256");
  for (const path of filesBelow(assets).sort())
    hash.update(path).update(readFileSync(join(assets, path)));
  return hash.digest("hex").slice(0, 16);
}

/** Makes all files; returns the version of those of the page, which is in their addresses. */
export async function bundle() {
  rmSync(assets, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  types();
  cpSync(join(root, "kernel/share/logo-svg.svg"), join(assets, "logo-svg.svg"));
  await Promise.all([
    libraries(),
    worker("language-worker", [pageHost, language, noNode], { keepNames: false }),
    worker("evaluator-worker", [pageHost]),
    serviceWorker(),
  ]);
  const version = versionOfFiles();
  await plugin(version);
  return version;
}
