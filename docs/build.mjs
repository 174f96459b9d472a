// Makes a page of every notebook: its text and its cells. Assignments are the students' versions, without
// solutions and hidden tests.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, URL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const sources = join(here, "../notebooks");
const pages = join(here, "notebooks");

/** The notebooks below a folder. */
function notebooksIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".ipynb") && !name.includes(".ipynb_checkpoints"))
    .map((name) => join(folder, name))
    .sort();
}

const SOLUTION = /^( *)\/\/ BEGIN SOLUTION$[\s\S]*?^ *\/\/ END SOLUTION$/gm;

function cellText({ cell_type: type, source, metadata }) {
  const text = [source].flat().join("");
  if (type === "markdown") return text;
  if (metadata.nbgrader?.grade) return "";
  return `\`\`\`ts\n${text.replace(SOLUTION, "$1// your code")}\n\`\`\``;
}

function page(path) {
  const { cells } = JSON.parse(readFileSync(path, "utf8"));
  // Vue would read {{ }} in text as an expression.
  return `<div v-pre>\n\n${cells.map(cellText).filter(Boolean).join("\n\n")}\n\n</div>\n`;
}

rmSync(pages, { recursive: true, force: true });
for (const folder of ["tutorials", "experiments", "assignments"]) {
  mkdirSync(join(pages, folder), { recursive: true });
  for (const path of notebooksIn(join(sources, folder))) {
    const language = path.includes("/zh/") ? "_zh" : "";
    const name = basename(path, ".ipynb") + language;
    writeFileSync(join(pages, folder, `${name}.md`), page(path));
  }
}
