// Makes one file of each library, which is what Node loads, and one of its declarations, which is what the
// kernel checks cells against. Hundreds of files take longer to load than their code to start, and between
// CommonJS files every call goes through a lookup: in one file, lowering takes a fifth less time.
//
// Bundlers start from the single files, in which they can put a browser page in Node's place (`browser`
// in each package.json).
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { pid } from "node:process";
import { fileURLToPath, URL } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";

// Packages that are copied into the libraries' files, because the libraries use few of their modules.
const inlined = ["@bufbuild/protobuf"];

for (const folder of ["tvm-ts", "vta"]) {
  const path = (name) => fileURLToPath(new URL(`${folder}/${name}`, import.meta.url));
  const { dependencies } = JSON.parse(readFileSync(path("package.json"), "utf8"));
  const packages = Object.keys(dependencies).filter((name) => !inlined.includes(name));
  const external = [/^#/, /^node:/, ...packages];
  const library = await rolldown({
    input: path("src/index.ts"),
    platform: "node",
    tsconfig: path("tsconfig.json"),
    external,
  });
  const { output } = await library.generate({ file: "library.js", format: "cjs" });
  replace(path("dist/library.js"), output[0].code);
  const declarations = await rolldown({
    input: path("dist/index.d.ts"),
    external,
    // Drops imports without names, which remain of packages whose types no exported declaration uses.
    treeshake: { moduleSideEffects: false },
    plugins: [dts({ dtsOnly: true })],
  });
  const { output: declared } = await declarations.generate({ format: "esm" });
  const all = splitExports(withNamedNamespaces(declared[0].code, folder));
  replace(path("dist/declarations.d.ts"), all.declarations);
  replace(path("dist/library.d.ts"), all.exports);
}

/** Gives namespaces, which messages mention, the names under which they are exported. */
function withNamedNamespaces(text, folder) {
  const imported = new Set(text.match(/^import \{([^}]*)\}/)?.[1].match(/\w+/g));
  const exported = text.matchAll(/\b(index_d_exports(?:\$\d+)?) as (\w+)/g);
  const names = new Map();
  for (const [, generated, name] of exported) {
    names.set(generated, imported.has(name) ? `${folder}_${name}` : name);
  }
  return text
    .replace(
      /\bindex_d_exports(?:\$\d+)?(?![\w$])/g,
      (generated) => names.get(generated) ?? generated,
    )
    .replace(/\b(\w+) as \1\b/g, "$1");
}

/**
 * The declarations, all of them exported, so that the types of users' functions can be named, and what the library
 * exports of them.
 */
function splitExports(text) {
  const inline = text.matchAll(/^export declare (?:abstract )?\w+ (\w+)/gm);
  const [list, names] = /^export \{ (.*) \};\n?$/m.exec(text);
  const exported = new Set([...names.split(", "), ...[...inline].map(([, name]) => name)]);
  return {
    declarations: text
      .replace(list, "")
      .replace(/^(?:export )?(?=(?:declare|interface|type) )/gm, "export "),
    exports: `export {\n  ${[...exported].sort().join(",\n  ")},\n} from "./declarations";\n`,
  };
}

/** Writes a file that others may be reading, all at once and only if it is to change. */
function replace(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  const unfinished = `${file}.${pid}.tmp`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
