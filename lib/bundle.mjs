// Makes one file of each library, which is what Node loads. Hundreds of files take longer to load than
// their code to start, and between CommonJS files every call goes through a lookup: in one file, lowering
// takes a fifth less time.
//
// Bundlers start from the single files, in which they can put a browser page in Node's place (`browser`
// in each package.json).
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { pid } from "node:process";
import { fileURLToPath, URL } from "node:url";
import { rolldown } from "rolldown";

for (const folder of ["tvm-ts", "vta"]) {
  const path = (name) => fileURLToPath(new URL(`${folder}/${name}`, import.meta.url));
  const { dependencies } = JSON.parse(readFileSync(path("package.json"), "utf8"));
  const library = await rolldown({
    input: path("src/index.ts"),
    platform: "node",
    tsconfig: path("tsconfig.json"),
    external: [/^#/, /^node:/, ...Object.keys(dependencies)],
  });
  const { output } = await library.generate({ file: "library.js", format: "cjs" });
  replace(path("dist/library.js"), output[0].code);
}

/** Writes a file that others may be reading, all at once and only if it is to change. */
function replace(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  const unfinished = `${file}.${pid}.tmp`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
