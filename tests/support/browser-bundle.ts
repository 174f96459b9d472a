/** Programs with the libraries as a browser page loads them. */

import { build } from "esbuild";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** One ES module of a program that imports the libraries' sources. */
export async function browserBundle(program: string): Promise<string> {
  const bundle = await build({
    stdin: { contents: program, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    alias: { "tvm-ts": "./lib/tvm-ts/src/index" },
    // binaryen imports it only under Node.
    external: ["node:module"],
    plugins: [
      {
        // Like the "browser" fields of the packages for the built files.
        name: "browser host",
        setup(esbuild) {
          esbuild.onResolve({ filter: /^\.\/node$/ }, ({ resolveDir }) =>
            resolveDir.endsWith("src") ? { path: join(resolveDir, "node/browser.ts") } : undefined,
          );
        },
      },
    ],
    logLevel: "silent",
  });
  return bundle.outputFiles[0]!.text;
}
