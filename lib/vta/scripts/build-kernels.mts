/**
 * Compiles the simulator's kernels and writes them, as text, where the simulator imports them:
 *
 *     npm run kernels -w vta-ts
 *
 * The result is kept in the repository, so that using the library takes no compiler; a test compiles
 * again and compares.
 */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const sources = fileURLToPath(new URL("../assembly", import.meta.url));
const target = fileURLToPath(
  new URL("../src/sim/functional/kernels.generated.ts", import.meta.url),
);

const flags = [
  "--optimizeLevel=3",
  "--shrinkLevel=0",
  "--noAssert",
  "--runtime=stub",
  "--use=abort=",
  "--importMemory",
  "--sharedMemory",
  "--initialMemory=1",
  "--maximumMemory=65536",
  "--noExportMemory",
  "--enable=simd,bulk-memory,threads",
];

/** The text of the generated file. */
export async function buildKernels(): Promise<string> {
  let binary = new Uint8Array();
  const args = ["index.ts", ...flags, `--baseDir=${sources}`, "--outFile=kernels.wasm"];
  const { error, stderr } = await asc.main(args, {
    writeFile: (_name, contents) => {
      binary = contents as Uint8Array<ArrayBuffer>;
    },
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(binary)
    .toString("base64")
    .match(/.{1,90}/g)!;
  return [
    "/** Compiled from lib/vta/assembly by lib/vta/scripts/build-kernels.mts; not edited by hand. */",
    "export const kernelsBase64 =",
    `${lines.map((line) => `  "${line}"`).join(" +\n")};`,
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  writeFileSync(target, await buildKernels());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void main();
