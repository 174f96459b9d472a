// `npm run lite`: builds the static site lite/build/site, which any file server serves, with the kernel, the
// extension and all notebooks. Needs what `npm run build` makes, and the Python environment of ./install.sh.

import { execFileSync } from "node:child_process";
import console from "node:console";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";
import { bundle, filesBelow } from "./bundle.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const lite = join(root, "lite");
const build = join(lite, "build");
const site = join(build, "site");
const extensions = join(build, "labextensions");
const require = createRequire(import.meta.url);
const python = join(root, ".venv/bin/python");
if (!existsSync(python)) {
  console.error("There is no Python environment here; run ./install.sh --no-run first.");
  process.exit(1);
}

const environment = {
  ...process.env,
  PIP_CACHE_DIR: process.env.PIP_CACHE_DIR ?? join(root, ".cache/pip"),
};

function run(command, ...args) {
  execFileSync(command, args, {
    cwd: lite,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Gathers the notebooks, with the folders that they are sorted into, and leaves out what was made by running them. */
function gatherContents(to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(join(root, "notebooks"))) {
    cpSync(join(root, "notebooks", entry), join(to, entry), {
      recursive: true,
      filter: (path) => !/\.ipynb_checkpoints|\/node_modules/.test(path),
    });
  }
}

/**
 * Lets a page of the site start the worker of the language before JupyterLite is loaded. If it fails before a
 * kernel uses it, the kernel starts another.
 */
function startLanguageIn(app) {
  const path = join(site, app, "index.html");
  const worker = `../extensions/tvm-vta-lite/static/${version}/language-worker.js`;
  const script = `<script>
      {
        const address = new URL("${worker}", location.href).href;
        const worker = new Worker(address, { type: "module" });
        worker.onerror = () => (tvmVtaLanguage = undefined);
        tvmVtaLanguage = { address, worker };
      }
    </script>`;
  const html = readFileSync(path, "utf8");
  if (!html.includes("<head>")) throw new Error(`${path} has no <head>`);
  writeFileSync(path, html.replace("<head>", `<head>\n    ${script}`));
}

/** Lets the service worker keep files whose addresses contain a hash. */
function keepHashedFiles() {
  const path = join(site, "service-worker.js");
  const ours = readFileSync(join(lite, "dist/hashed-files.js"), "utf8");
  writeFileSync(path, `${ours}${readFileSync(path, "utf8")}`);
}

const constraints = join(root, ".ci/constraints.txt");
run(python, "-m", "pip", "install", "-q", "-r", "requirements.txt", "--constraint", constraints);
const version = await bundle();
rmSync(extensions, { recursive: true, force: true });
run(
  process.execPath,
  require.resolve("@jupyter/builder/lib/build-labextension.js"),
  "--core-package-file",
  require.resolve("@jupyterlab/core-meta/core.package.json"),
  lite,
);
cpSync(join(build, "static"), join(extensions, "tvm-vta-lite/static", version), {
  recursive: true,
});
cpSync(
  join(root, "extension/jupyterlab_tvm_vta/labextension"),
  join(extensions, "jupyterlab-tvm-vta"),
  { recursive: true },
);
gatherContents(join(build, "contents"));
rmSync(site, { recursive: true, force: true });
// What JupyterLite remembers of the last build would leave out files that are gone with the site.
rmSync(join(lite, ".jupyterlite.doit.db"), { force: true });
run(python, "-m", "jupyterlite_core", "build", "--config", join(lite, "jupyter_lite_config.json"));
for (const app of ["lab", "notebooks", "consoles", "repl"]) startLanguageIn(app);
keepHashedFiles();
const kept = [
  "extensions/tvm-vta-lite/static",
  "extensions/jupyterlab-tvm-vta/static",
  "api",
  "files",
];
const listed = kept.flatMap((folder) =>
  filesBelow(join(site, folder)).map((path) => `${folder}/${path}`),
);
writeFileSync(join(site, "extensions/tvm-vta-lite/static/offline.json"), JSON.stringify(listed));
console.log(`The site is in ${site}; serve it, for instance: python3 -m http.server -d ${site}`);
