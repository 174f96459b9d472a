import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const notebooks = fileURLToPath(new URL("../notebooks", import.meta.url));

/** The tutorials in reading order. */
const TUTORIALS = [
  "vta_get_started",
  "matrix_multiply",
  "matrix_multiply_opt",
  "convolution_opt",
  "alu_operators",
  "timeline",
  "schedule_primitives",
  "reduction",
  "scan_and_extern",
  "tensorize",
  "passes",
  "configuration",
  "packed_operators",
  "explore",
  "network",
  "rpc",
];

/** The pages that `build.mjs` makes from the notebooks in a folder, with their titles. */
function notebookPages(folder: string): { text: string; link: string }[] {
  const place = (name: string): number => TUTORIALS.indexOf(name.replace(/_zh$/, ""));
  return readdirSync(`${notebooks}/${folder}`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -3))
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b))
    .map((name) => {
      const title = /^# (.*)$/m.exec(readFileSync(`${notebooks}/${folder}/${name}.md`, "utf8"));
      return { text: title?.[1] ?? name, link: `/notebooks/${folder}/${name}` };
    });
}

const isChinese = ({ link }: { link: string }): boolean => link.endsWith("_zh");
const tutorials = notebookPages("tutorials");

export default defineConfig({
  title: "TVM and VTA in a notebook",
  description: "TVM's tensor-expression compiler and the VTA accelerator stack in TypeScript",
  srcExclude: ["node_modules/**"],
  // Links to files outside of this folder; tests/docs checks them.
  ignoreDeadLinks: [/^\.?\/?\.\.\//],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/start" },
      { text: "Tutorials", link: "/notebooks/tutorials/vta_get_started" },
      { text: "API", link: "/api/" },
    ],
    sidebar: [
      {
        text: "Begin",
        items: [
          { text: "Install", link: "/install" },
          { text: "Ten minutes", link: "/start" },
          { text: "Concepts", link: "/concepts" },
          { text: "From Python to TypeScript", link: "/python-to-typescript" },
          { text: "Glossary", link: "/glossary" },
        ],
      },
      {
        text: "Use",
        items: [
          { text: "Cells", link: "/cells" },
          { text: "Views", link: "/views" },
          { text: "Views of the accelerator", link: "/views-accelerator" },
          { text: "The cycle model", link: "/cycle-model" },
          { text: "Exploration", link: "/exploration" },
          { text: "Networks", link: "/networks" },
          { text: "RPC and boards", link: "/rpc" },
          { text: "Compiled modules", link: "/modules" },
          { text: "Numbers", link: "/numerics" },
          { text: "Errors by code", link: "/errors/" },
          { text: "Teaching", link: "/teaching" },
          { text: "Where we differ from TVM", link: "/deviations" },
        ],
      },
      {
        text: "Errors",
        collapsed: true,
        items: [
          { text: "Declaring and scheduling", link: "/errors/te" },
          { text: "Expressions and statements", link: "/errors/tir" },
          { text: "Lowering, building, running", link: "/errors/build" },
          { text: "The accelerator", link: "/errors/vta" },
          { text: "Networks", link: "/errors/network" },
          { text: "Sessions with other machines", link: "/errors/rpc" },
        ],
      },
      { text: "Tutorials", items: tutorials.filter((page) => !isChinese(page)) },
      { text: "教程", items: tutorials.filter(isChinese) },
      { text: "Experiments", collapsed: true, items: notebookPages("experiments") },
      { text: "Assignments", collapsed: true, items: notebookPages("assignments") },
      {
        text: "Read the code",
        items: [
          { text: "Architecture", link: "/architecture" },
          { text: "Extending", link: "/extending" },
          { text: "The functional simulator", link: "/simulator" },
          { text: "Dependencies", link: "/dependencies" },
          { text: "API", link: "/api/" },
        ],
      },
    ],
  },
});
