// Bundles the libraries that exist as ES modules only into CommonJS files: Node 20.0 to 20.18 cannot
// `require` ES modules, and an installation is spared the megabytes that are not used.
import { build } from "esbuild";
import { fileURLToPath, URL } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

await build({
  entryPoints: [path("numpy.mjs"), path("png.mjs"), path("sha256.mjs")],
  outdir: path("../dist/vendor"),
  bundle: true,
  platform: "neutral",
  mainFields: ["module", "main"],
  format: "cjs",
  minify: true,
  legalComments: "inline",
});
